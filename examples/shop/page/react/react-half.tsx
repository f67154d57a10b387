// The React half of the page.
import type { ReactElement } from 'react'
import { useSession } from 'sojourn/react'
import { session } from '../session.ts'
import { ticketNumber } from '../ticket-number.ts'
import { Account } from './account.tsx'
import { Cart } from './cart.tsx'
import { Catalogue } from './catalogue.tsx'
import { Checkout } from './checkout.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

export function ReactHalf(): ReactElement {
  const ticket = useSession(session, ticketNumber)
  return (
    <>
      <header className="half-head">
        <h2 className="half-name">React</h2>
        <code className="half-code">const [cart, setCart] = useSessionKey(session, 'cart')</code>
        <span className="half-ticket">{ticket}</span>
      </header>
      <div className="half-bar">
        <ThemeSwitch />
        <Account />
      </div>
      <div className="half-shop">
        <Catalogue />
        <Cart />
      </div>
      <Checkout />
    </>
  )
}
