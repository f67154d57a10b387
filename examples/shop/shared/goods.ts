// The catalogue, shared by page and server.
import catalogue from './goods.json' with { type: 'json' }

/** One thing that the shop sells. */
export interface Good {
  readonly id: string
  readonly name: string
  readonly cents: number
}

/** The whole catalogue, which servers in other languages read too. Each good has a picture, public/pictures/<id>.svg. */
export const goods: readonly Good[] = catalogue

/** The good of an id; a plain stand-in for one that the shop has given up, since old carts may still name it. */
export function findGood(id: string): Good {
  return goods.find((good) => good.id === id) ?? { id, name: 'Something we no longer sell', cents: 0 }
}
