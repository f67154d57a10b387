// What the buttons of both halves do: writes to the session and the app's own requests. Called by the React and Vue components.
import { addTo } from '../shared/cart.ts'
import { reports } from './reports.ts'
import { csrfHeaders } from './server.ts'
import { network, session } from './session.ts'

/** Puts more of a good into the cart, or takes some out. The writes of one tick go in one commit. */
export function addToCart(id: string, quantity = 1): void {
  void session.update('cart', (cart) => addTo(cart, id, quantity))
  void session.set('lastSeen', new Date())
}

/** Sends one of the app's own requests. If its response names another version of the session, the client refetches. */
async function post(path: string, body: object = {}): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', ...csrfHeaders() }
  return session.notice(await network.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

/** Waits until the server has all of the cart, then orders it. */
export async function placeOrder(): Promise<void> {
  await session.settled()
  await attempt('order', async () => {
    await post('/orders')
    reports.publish({
      text: 'The order is placed. The server emptied the cart; the version in its response makes this page refetch.',
      tone: 'good',
      mark: { kind: 'elsewhere', label: 'order' },
    })
  })
}

/** Signs in. Nothing else is in flight meanwhile, since the session gets a new key and a late response could undo that. */
export function logIn(name: string, password: string): Promise<void> {
  return session.exclusive(() =>
    attempt('log in', async () => {
      const { ok } = await post('/log-in', { name, password })
      if (!ok) return reports.publish({ text: 'The server did not let you in. Look at what you typed.', tone: 'bad' })
      const text = `${name} is logged in. The session has a new key and keeps its cart; other writes were held meanwhile.`
      reports.publish({ text, tone: 'good', mark: { kind: 'account', label: 'log in' } })
    }),
  )
}

/** Signs out: the server ends the session. */
export function logOut(): Promise<void> {
  return session.exclusive(() =>
    attempt('log out', async () => {
      await post('/log-out')
      const text = 'Logged out: the server has deleted the session with all that was in it.'
      reports.publish({ text, tone: 'care', mark: { kind: 'account', label: 'log out' } })
    }),
  )
}

async function attempt(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch {
    reports.publish({ text: `The attempt to ${what} got no response. Try it again when the network is back.`, tone: 'bad' })
  }
}
