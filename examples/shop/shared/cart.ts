// The cart's type and arithmetic, shared by page and server. Pure.
import { findGood } from './goods.ts'

/** So many of one good. A type, not an interface: only types count as JSON for the compiler. */
export type CartItem = { readonly id: string; readonly quantity: number }

export type Cart = readonly CartItem[]

/** The most of one good that the server takes. */
export const maxQuantity = 9

/** The cart with more of a good, or with less; what is down to nothing leaves it. Pure, so it can run again on another cart. */
export function addTo(cart: Cart, id: string, quantity: number): CartItem[] {
  const isThere = cart.some((item) => item.id === id)
  const items = isThere ? cart : [...cart, { id, quantity: 0 }]
  return items.map((item) => (item.id === id ? { id, quantity: item.quantity + quantity } : item)).filter((item) => item.quantity > 0)
}

/** How many things there are in all. */
export function countOf(cart: Cart): number {
  return cart.reduce((sum, { quantity }) => sum + quantity, 0)
}

/** What the cart costs, in cents. */
export function totalOf(cart: Cart): number {
  return cart.reduce((sum, { id, quantity }) => sum + findGood(id).cents * quantity, 0)
}
