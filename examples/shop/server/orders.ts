// Places an order from the session's cart, at the server's own prices.
import { totalOf } from '../shared/cart.ts'
import type { Endpoint } from './endpoint.ts'

/** Orders what is in the cart, by the server's own prices. Cart and checkout draft are then gone. */
export const placeOrder: Endpoint = async (session) => {
  // Runs again if the page writes meanwhile, so it reads the cart in the transaction.
  const isPlaced = await session.transaction((tx) => {
    const cart = tx.get('cart')
    if (cart.length === 0) return false
    tx.set('lastOrder', { number: (tx.get('lastOrder')?.number ?? 0) + 1, cents: totalOf(cart), at: new Date() })
    tx.delete('cart')
    tx.delete('draft')
    return true
  })
  return Response.json({ did: isPlaced ? 'order' : 'nothing' })
}
