// Copies a value and checks that it is JSON, before it enters the cache or a commit.
import { SessionSchemaError } from '../errors/session-schema-error.ts'
import { isPlainObject, type Json } from '../protocol/json.ts'

/** The protocol ends at a nesting of 64, of which the commit and its `set` are two. A cycle is deeper than any limit. */
const maxDepth = 62

// In unicode mode only a surrogate without its partner matches; UTF-8 cannot carry one.
const loneSurrogate = /\p{Surrogate}/u

/** Where the copying is: in which key of the session, and where in its value. */
interface Walk {
  readonly key: string
  readonly path: PropertyKey[]
  readonly isFrozen: boolean
}

function fail({ key, path }: Walk, found: string): never {
  throw new SessionSchemaError(key, [{ code: 'not_json', message: `JSON cannot hold ${found}`, path }])
}

const copyText = (walk: Walk, text: string): string => (loneSurrogate.test(text) ? fail(walk, 'a lone surrogate') : text)

function copyNumber(walk: Walk, number: number): number {
  if (!Number.isFinite(number)) return fail(walk, `${number}`)
  // From 1e21 on JSON.stringify writes an exponent, so that every reader takes it for what it is (src/protocol/strict-json.ts).
  if (Number.isInteger(number) && !Number.isSafeInteger(number) && Math.abs(number) < 1e21) return fail(walk, 'an integer beyond 2^53 - 1')
  // JSON has no -0: it comes back as 0.
  return number === 0 ? 0 : number
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
  return close(walk, copied)
}

function close<T extends object>({ isFrozen }: Walk, copied: T): T {
  return isFrozen ? Object.freeze(copied) : copied
}

function copy(walk: Walk, from: unknown): Json {
  if (from === null || typeof from === 'boolean') return from
  if (typeof from === 'string') return copyText(walk, from)
  if (typeof from === 'number') return copyNumber(walk, from)
  if (typeof from !== 'object') return fail(walk, `a value of type ${typeof from}`)
  if (walk.path.length >= maxDepth) return fail(walk, `a cycle or more than ${maxDepth} levels`)
  // Array.from visits holes too, so that they are refused like any other undefined.
  return Array.isArray(from)
    ? close(
        walk,
        Array.from(from, (item, index) => copyMember(walk, index, item)),
      )
    : copyObject(walk, from)
}

/**
 * Copies the value of a key and checks, in the same pass, that JSON carries all of it. As in JSON, an undefined member of
 * an object is left out and -0 becomes 0.
 *
 * @param isFrozen whether the copy is frozen, with all that it holds
 * @throws SessionSchemaError for everything else that JSON would drop or change
 */
export function copyJson(key: string, value: unknown, isFrozen = false): Json {
  return copy({ key, path: [], isFrozen }, value)
}
