// Compares values of the app, so that an unchanged selection causes no render.
import { isPlainObject } from '../protocol/json.ts'

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && (Array.isArray(value) || isPlainObject(value))
}

/**
 * Returns whether two values of the app are equal: arrays and plain objects by content, everything else, such as a Date or a
 * Map, by identity.
 */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameValue(a[key], b[key]))
}
