// Asks the server to act as another party, and phrases what that party did.
import { findGood } from '../../shared/goods.ts'
import type { Report } from '../reports.ts'
import { csrfHeaders } from '../server.ts'
import type { Session } from '../session.ts'

/** What the server says of a party's deed. */
interface Deed {
  readonly did: string
  readonly why?: string
  readonly good?: string
}

const unheard = 'This page has not heard of it yet.'

function say({ did, why, good = '' }: Deed): Report {
  const name = findGood(good).name.toLowerCase()
  const elsewhere = (label: string, text: string): Report => ({ text, tone: 'care', mark: { kind: 'elsewhere', label } })
  switch (did) {
    case 'phone-adds':
      return elsewhere('phone', `Elsewhere: your phone put a ${name} into the cart. ${unheard}`)
    case 'shop-takes':
      return elsewhere('shop', `Elsewhere: the shop took the ${name} out of your cart, it is sold out. ${unheard}`)
    case 'expires-soon':
      return elsewhere(
        '20 s',
        'Elsewhere: an operator gave the session 20 seconds more. The response named a new version, so this page refetches.',
      )
    case 'operator-ends':
      return elsewhere('ended', `Elsewhere: an operator ended the session. ${unheard}`)
    default:
      return {
        text:
          why === 'empty-cart'
            ? 'The cart on the server is empty. Add something first.'
            : 'There is no session yet. Add something to the cart first.',
      }
  }
}

/**
 * Has another party do something to the session, over a network of its own. The page looks at no response of theirs, as it
 * would not see them in life; the one about the expiry aside, since a countdown that starts late would show nothing.
 */
export async function askParty(session: Session, deed: string): Promise<Report> {
  try {
    const response = await fetch(`/party/${deed}`, { method: 'POST', headers: csrfHeaders() })
    if (deed === 'expires-soon') session.notice(response)
    return say((await response.json()) as Deed)
  } catch {
    return { text: 'The server does not answer. Is it still running?', tone: 'bad' }
  }
}
