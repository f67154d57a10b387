/** One thing that the shop sells. */
export interface Good {
  readonly id: string
  readonly name: string
  readonly cents: number
}

/** The whole catalogue. Each good has a picture, public/pictures/<id>.svg. */
export const goods: readonly Good[] = [
  { id: 'mug', name: 'Enamel mug', cents: 1400 },
  { id: 'lantern', name: 'Storm lantern', cents: 3800 },
  { id: 'blanket', name: 'Wool blanket', cents: 6200 },
  { id: 'notebook', name: 'Field notebook', cents: 900 },
  { id: 'compass', name: 'Brass compass', cents: 4500 },
  { id: 'bag', name: 'Canvas bag', cents: 5400 },
]

/** The good of an id; a plain stand-in for one that the shop has given up, since old carts may still name it. */
export function findGood(id: string): Good {
  return goods.find((good) => good.id === id) ?? { id, name: 'Something we no longer sell', cents: 0 }
}
