// Freezes values that the app reads, and says which values freezing protects. The codec calls it for each decoded value.
import { isPlainObject } from '../protocol/json.ts'

const isContainer = (value: object): boolean => Array.isArray(value) || isPlainObject(value)

/**
 * Freezes a value and all that it holds, in place, and returns it. Only arrays and plain objects: a frozen Date or Map
 * can be changed all the same, and a class may count on changing itself. `done` ends cycles; an object that is frozen
 * already is still entered, since zod's `readonly` freezes one level.
 */
export function deepFreeze<T>(value: T, done: WeakSet<object>): T {
  if (typeof value !== 'object' || value === null || done.has(value) || !isContainer(value)) return value
  done.add(Object.freeze(value))
  for (const member of Object.values(value)) deepFreeze(member, done)
  return value
}

/** Returns whether nobody can change a value in place: it holds frozen arrays, frozen plain objects and primitives alone. */
export function isImmutable(value: unknown): boolean {
  if (typeof value === 'function') return false
  if (typeof value !== 'object' || value === null) return true
  return isContainer(value) && Object.isFrozen(value) && Object.values(value).every(isImmutable)
}
