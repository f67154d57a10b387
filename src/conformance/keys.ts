// Owns which keys and values the checks use: those that the user names, and no others. world.ts hands them to each check; nothing
// here talks to the server.
import { SessionConfigError } from '../errors/session-config-error.ts'
import { isEqual, type Json, type JsonObject, own } from '../protocol/json.ts'
import { keyFault } from '../protocol/key.ts'
import { NotRun } from './failure.ts'

/** The keys of one check. A check that needs more keys than the user names is not run. */
export interface CheckKeys {
  /** Keys that clients may write, each another. `begin` stores the first. */
  readonly first: string
  readonly second: string
  readonly third: string
  /** All keys that clients may write. */
  readonly all: readonly string[]
  /** A key that clients may read and not write. */
  readonly readOnly: string
  /** A name that no list holds. */
  readonly unlisted: string
  /** Whether the user names no values for a key, so that it takes any JSON. */
  isFree(key: string): boolean
  /** Returns the values that the user names for a key. */
  listed(key: string): readonly Json[]
  /** Returns a value that a key takes: 1 and 2 differ, 0 is null if the key takes any JSON. */
  value(key: string, n: number): Json
  /** Returns the number of a value that `value` gave; 0 for any other. */
  numberOf(key: string, value: Json | undefined): number
  /** Returns an object of that one entry, for `set` and for comparisons. */
  entry(key: string, n: number): JsonObject
}

/** The options that say which keys and values the checks use. */
export interface KeyOptions {
  /**
   * Exposed keys of the server that its clients may write. The checks write these keys and no others. With three of them every check
   * runs; with eight, eight clients write at once.
   *
   * @example ['theme', 'cart', 'note']
   */
  readonly keys: readonly string[]
  /**
   * Exposed keys that only the server writes.
   *
   * @default none: the checks of read-only keys are not run
   */
  readonly readOnly?: readonly string[] | undefined
  /**
   * For each key whose values the server validates, at least two different values that it takes.
   *
   * @default a key without an entry is taken to accept any JSON
   * @example { theme: ['light', 'dark'] }
   */
  readonly values?: Readonly<Record<string, readonly Json[]>> | undefined
}

/** Creates the keys of a check. */
export function createCheckKeys({ keys, readOnly = [], values = {} }: KeyOptions): CheckKeys {
  const at = (index: number): string => {
    const key = keys[index]
    if (key === undefined) throw new NotRun(`needs ${index + 1} keys: ${countOf(keys.length)} named`)
    return key
  }
  function value(key: string, n: number): Json {
    const given = own(values, key)
    if (given) return given[n % given.length] as Json
    return n === 0 ? null : n
  }
  return {
    get first() {
      return at(0)
    },
    get second() {
      return at(1)
    },
    get third() {
      return at(2)
    },
    all: keys,
    get readOnly() {
      const [key] = readOnly
      if (key === undefined) throw new NotRun('no read-only key is named')
      return key
    },
    unlisted: `unlisted-${crypto.randomUUID()}`,
    isFree: (key) => own(values, key) === undefined,
    listed: (key) => own(values, key) ?? [],
    value,
    numberOf(key, value) {
      const given = own(values, key)
      if (given)
        return Math.max(
          0,
          given.findIndex((one) => isEqual(one, value)),
        )
      return typeof value === 'number' ? value : 0
    },
    entry: (key, n) => ({ [key]: value(key, n) }),
  }
}

const countOf = (count: number): string => (count === 1 ? '1 is' : `${count} are`)

/**
 * Checks the options that name keys.
 *
 * @throws SessionConfigError if no key is named, one cannot be a key of clients, or a key has fewer than two different values.
 */
export function checkKeys({ keys, readOnly = [], values = {} }: KeyOptions): void {
  if (!isNames(keys) || keys.length === 0)
    fail('keys names no key. Name some keys that clients of the server may write, such as theme,cart,note: the checks write no others.')
  if (!isNames(readOnly)) fail('readOnly is no array of keys.')
  const named = [...keys, ...readOnly]
  for (const [index, key] of named.entries()) {
    const fault = keyFault(key) ?? (named.indexOf(key) < index ? 'it is named twice' : undefined)
    if (fault !== undefined) fail(`the key ${JSON.stringify(key)} cannot be used: ${fault}.`)
  }
  for (const [key, given] of Object.entries(values)) {
    if (!named.includes(key)) fail(`values has ${JSON.stringify(key)}, which is in neither keys nor readOnly.`)
    const isEnough = Array.isArray(given) && (given.length > 1 || !keys.includes(key)) && given.length > 0
    const isDistinct = isEnough && given.every((one, index) => given.findIndex((other) => isEqual(other, one)) === index)
    if (!isDistinct) fail(`values must hold at least two different values for ${JSON.stringify(key)}, in an array.`)
  }
}

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((name) => typeof name === 'string')

function fail(reason: string): never {
  throw new SessionConfigError(`Failed to begin the conformance checks: ${reason}`)
}
