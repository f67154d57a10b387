// Reads the session's data defensively, since browsers wrote it.
import type { Json, JsonObject } from 'sojourn/server'
import type { Cart, CartItem } from '../shared/cart.ts'

function isItem(value: Json): value is CartItem {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && Number.isInteger(value.quantity)
}

/** The cart in a session's data. Browsers wrote it, so whatever is no item is left out. */
export function cartIn(data: JsonObject): Cart {
  return Array.isArray(data.cart) ? data.cart.filter(isItem) : []
}
