// Compares values of the app, so that an unchanged selection causes no render.
import { isPlainObject } from '../protocol/json.ts'

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && (Array.isArray(value) || isPlainObject(value))
}

/**
 * Whether two values of the app are the same: arrays and plain objects by what they hold, everything else, a Date or a
 * Map among it, by identity.
 */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameValue(a[key], b[key]))
}
