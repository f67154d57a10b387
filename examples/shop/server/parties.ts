// Acts on the visitor's session as other parties would, for the board's buttons.
import { addTo } from '../shared/cart.ts'
import type { Endpoint } from './endpoint.ts'

const nothing = (why: 'no-session' | 'empty-cart'): Response => Response.json({ did: 'nothing', why })

/** Writes the session as the visitor's own phone would. */
export const phoneAdds: Endpoint = async (session) => {
  if (session.lineage === null) return nothing('no-session')
  await session.update('cart', (cart) => addTo(cart, 'lantern', 1))
  return Response.json({ did: 'phone-adds', good: 'lantern' })
}

/** Takes the first thing out of the cart, as server code does when it is sold out. */
export const shopTakes: Endpoint = async (session) => {
  const [first] = session.get('cart')
  if (!first) return nothing('empty-cart')
  await session.update('cart', (cart) => cart.filter(({ id }) => id !== first.id))
  return Response.json({ did: 'shop-takes', good: first.id })
}

/** Lets the session live for 20 seconds more. */
export const expiresSoon: Endpoint = async (session) => {
  if (session.lineage === null) return nothing('no-session')
  await session.setExpiry(20)
  return Response.json({ did: 'expires-soon' })
}

/** Ends the session without the visitor's browser: the response does not take its cookie away. */
export const operatorEnds: Endpoint = async (session) => {
  if (session.lineage === null) return nothing('no-session')
  await session.flush()
  return Response.json({ did: 'operator-ends' })
}
