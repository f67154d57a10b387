// Holds the arithmetic of the shop's cart.
import { expect, test } from 'vitest'
import { addTo, countOf, totalOf } from '../../examples/shop/shared/cart.ts'

const cart = [
  { id: 'mug', quantity: 1 },
  { id: 'bag', quantity: 2 },
]

test.each([
  ['more of what is there', 'mug', 2, ['mug 3', 'bag 2']],
  ['less of what is there', 'bag', -1, ['mug 1', 'bag 1']],
  ['the last one away', 'mug', -1, ['bag 2']],
  ['something new', 'lantern', 1, ['mug 1', 'bag 2', 'lantern 1']],
  ['less of what is gone', 'lantern', -1, ['mug 1', 'bag 2']],
])('puts into the cart %s', (_, id, quantity, expected) => {
  expect(addTo(cart, id, quantity).map((item) => `${item.id} ${item.quantity}`)).toEqual(expected)
})

test('counts and sums what is in the cart', () => {
  expect(countOf(cart)).toBe(3)
  expect(totalOf(cart)).toBe(1400 + 2 * 5400)
})
