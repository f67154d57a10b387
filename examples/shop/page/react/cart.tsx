// The React half's cart.
import type { ReactElement } from 'react'
import { useSessionKey, useSessionKeyState } from 'sojourn/react'
import { countOf, totalOf } from '../../shared/cart.ts'
import { findGood } from '../../shared/goods.ts'
import { addToCart } from '../actions.ts'
import { toPrice, toTime } from '../format.ts'
import { session } from '../session.ts'

export function Cart(): ReactElement {
  const [cart] = useSessionKey(session, 'cart')
  const [lastSeen] = useSessionKey(session, 'lastSeen')
  const { pending } = useSessionKeyState(session, 'cart')
  return (
    <section className="cart" aria-label="Cart">
      <h3 className="cart-head">
        Cart <span className="cart-count">{countOf(cart)}</span>
        {pending > 0 && <span className="pending">pending</span>}
      </h3>
      <ul className="cart-items">
        {cart.map(({ id, quantity }) => (
          <li key={id} className="cart-item">
            <span className="cart-name">{findGood(id).name}</span>
            <button type="button" className="round" aria-label={`One less: ${findGood(id).name}`} onClick={() => addToCart(id, -1)}>
              −
            </button>
            <output className="cart-quantity">{quantity}</output>
            <button type="button" className="round" aria-label={`One more: ${findGood(id).name}`} onClick={() => addToCart(id)}>
              +
            </button>
          </li>
        ))}
      </ul>
      {cart.length === 0 && <p className="cart-empty">Nothing in it yet. What you add here is in the other half at once.</p>}
      <p className="cart-foot">
        <span>{lastSeen ? `last seen ${toTime(lastSeen)}` : 'not seen before'}</span>
        <b>{toPrice(totalOf(cart))}</b>
      </p>
    </section>
  )
}
