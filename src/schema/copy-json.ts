import type { Json } from '../protocol/json.ts'

/** The protocol ends at a nesting of 64, of which the commit and its `set` are two. A cycle is deeper than any limit. */
const maxDepth = 62

/** Whether a value is an object literal of any realm: nothing that JSON would flatten. */
export function isPlainObject(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

// In unicode mode only a surrogate without its partner matches; UTF-8 cannot carry one.
const loneSurrogate = /\p{Surrogate}/u

/** Where the copying is, and who is told what JSON cannot hold. */
interface Walk {
  readonly path: PropertyKey[]
  readonly refuse: (message: string, path: readonly PropertyKey[]) => never
}

const fail = ({ path, refuse }: Walk, found: string): never => refuse(`JSON cannot hold ${found}`, path)

const copyText = (walk: Walk, text: string): string => (loneSurrogate.test(text) ? fail(walk, 'a lone surrogate') : text)

function copyNumber(walk: Walk, number: number): number {
  if (!Number.isFinite(number)) return fail(walk, `${number}`)
  // JSON has no -0: adding 0 makes it the 0 that will come back.
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? fail(walk, 'an integer beyond 2^53 - 1') : number + 0
}

function copyMember(walk: Walk, key: PropertyKey, member: unknown): Json {
  walk.path.push(key)
  const copied = copy(walk, member)
  walk.path.pop()
  return copied
}

function copyObject(walk: Walk, object: object): Json {
  if (!isPlainObject(object)) return fail(walk, 'an instance of a class')
  const copied: Record<string, Json> = {}
  for (const [key, member] of Object.entries(object)) {
    if (key === '__proto__') return fail(walk, 'a key __proto__')
    if (member !== undefined) copied[copyText(walk, key)] = copyMember(walk, key, member)
  }
  return copied
}

function copy(walk: Walk, from: unknown): Json {
  if (from === null || typeof from === 'boolean') return from
  if (typeof from === 'string') return copyText(walk, from)
  if (typeof from === 'number') return copyNumber(walk, from)
  if (typeof from !== 'object') return fail(walk, `a value of type ${typeof from}`)
  if (walk.path.length >= maxDepth) return fail(walk, `a cycle or more than ${maxDepth} levels`)
  // Array.from visits holes too, so that they are refused like any other undefined.
  return Array.isArray(from) ? Array.from(from, (item, index) => copyMember(walk, index, item)) : copyObject(walk, from)
}

/**
 * Copies a value and checks, in the same pass, that JSON carries all of it. As in JSON, an undefined member of an
 * object is left out and -0 becomes 0; for everything else that JSON would drop or change `refuse` is called, which throws.
 */
export function copyJson(value: unknown, refuse: Walk['refuse']): Json {
  return copy({ path: [], refuse }, value)
}
