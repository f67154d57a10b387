// Places an order from the session's cart, at the server's own prices.
import { totalOf } from '../shared/cart.ts'
import type { Endpoint } from './endpoint.ts'
import { cartIn, ordersIn } from './session-data.ts'

/** Orders what is in the cart, by the server's own prices. Cart and checkout draft are then gone. */
export const placeOrder: Endpoint = async (session) => {
  if (cartIn(session.data).length === 0) return Response.json({ did: 'nothing' })
  // Runs again where the page writes meanwhile, so it looks at the data that it is given.
  await session.update((data) => {
    const { cart, draft, ...rest } = data
    const lastOrder = { number: ordersIn(data) + 1, cents: totalOf(cartIn(data)), at: new Date().toISOString() }
    return { ...rest, lastOrder }
  })
  return Response.json({ did: 'order' })
}
