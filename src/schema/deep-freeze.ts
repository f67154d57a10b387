import { isPlainObject } from '../protocol/json.ts'

/**
 * Freezes a value and all that it holds, in place, and returns it. Only arrays and plain objects: a frozen Date or Map
 * can be changed all the same, and a class may count on changing itself. `done` ends cycles; an object that is frozen
 * already is still entered, since zod's `readonly` freezes one level.
 */
export function deepFreeze<T>(value: T, done: WeakSet<object>): T {
  if (typeof value !== 'object' || value === null || done.has(value)) return value
  if (!Array.isArray(value) && !isPlainObject(value)) return value
  done.add(Object.freeze(value))
  for (const member of Object.values(value)) deepFreeze(member, done)
  return value
}
