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

/**
 * Copies a value and checks, in the same pass, that JSON carries all of it. As in JSON, an undefined member of an
 * object is left out and -0 becomes 0; for everything else that JSON would drop or change `refuse` is called, which throws.
 */
export function copyJson(value: unknown, refuse: (message: string, path: readonly PropertyKey[]) => never): Json {
  const path: PropertyKey[] = []
  const fail = (found: string): never => refuse(`JSON cannot hold ${found}`, path)

  const copyText = (text: string): string => (loneSurrogate.test(text) ? fail('a lone surrogate') : text)

  const copyNumber = (number: number): number => {
    if (!Number.isFinite(number)) return fail(`${number}`)
    // JSON has no -0: adding 0 makes it the 0 that will come back.
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? fail('an integer beyond 2^53 - 1') : number + 0
  }

  const copyMember = (key: PropertyKey, member: unknown): Json => {
    path.push(key)
    const copied = copy(member)
    path.pop()
    return copied
  }

  const copyObject = (object: Readonly<Record<string, unknown>>): Json => {
    if (!isPlainObject(object)) return fail('an instance of a class')
    const copied: Record<string, Json> = {}
    for (const [key, member] of Object.entries(object)) {
      if (key === '__proto__') return fail('a key __proto__')
      if (member !== undefined) copied[copyText(key)] = copyMember(key, member)
    }
    return copied
  }

  const copy = (from: unknown): Json => {
    if (from === null || typeof from === 'boolean') return from
    if (typeof from === 'string') return copyText(from)
    if (typeof from === 'number') return copyNumber(from)
    if (typeof from !== 'object') return fail(`a value of type ${typeof from}`)
    if (path.length >= maxDepth) return fail(`a cycle or more than ${maxDepth} levels`)
    // Array.from visits holes too, so that they are refused like any other undefined.
    return Array.isArray(from) ? Array.from(from, (item, index) => copyMember(index, item)) : copyObject(from as Record<string, unknown>)
  }

  return copy(value)
}
