// Checks an untrusted PATCH body. Called by the server only, so that the client does not carry it.
import type { Commit } from './commit.ts'
import { isObject, type Json } from './json.ts'
import { isName } from './name.ts'

/** A commit, or why the value is not a commit. */
export type ParsedCommit = { readonly commit: Commit; readonly fault?: undefined } | { readonly fault: string }

/** The longest lifetime that a commit may ask for, in seconds: ten years. */
export const maxExpirySeconds = 315_360_000

// An unknown member is refused, because a misspelt one would otherwise be dropped silently.
const members = ['lineage', 'base', 'after', 'set', 'delete', 'expect', 'clear', 'expiry', 'cycleKey', 'fresh']

/**
 * Checks that the parsed body of a PATCH is a commit as in docs/protocol.md. Does not check what depends on the clock, such as
 * a date in the past.
 *
 * @example
 * parseCommit({ lineage: null, base: 'v0', after: 0, set: { theme: 'dark' } })
 */
export function parseCommit(value: Json): ParsedCommit {
  if (!isObject(value)) return { fault: 'it is not an object' }
  const fault = findFault(value)
  return fault === undefined ? { commit: value as unknown as Commit } : { fault }
}

function findFault(value: Record<string, unknown>): string | undefined {
  const stranger = Object.keys(value).find((name) => !members.includes(name))
  if (stranger !== undefined) return `${quote(stranger)} is not a member of a commit`
  const { lineage, base, after, clear, cycleKey, fresh } = value
  if (lineage !== null && !isName(lineage)) return '"lineage" must be a lineage or null'
  if (!isName(base)) return '"base" must be a version'
  if (!Number.isSafeInteger(after) || (after as number) < 0) return '"after" must be a commit number or 0'
  if (!isFlag(clear)) return '"clear" must be true or false'
  if (!isFlag(cycleKey)) return '"cycleKey" must be true or false'
  if (!isFlag(fresh)) return '"fresh" must be true or false'
  if (fresh === true && lineage !== null) return '"fresh" creates a session, so "lineage" must be null'
  return keyFault(value) ?? expiryFault(value.expiry)
}

function keyFault(value: Record<string, unknown>): string | undefined {
  const { set = {}, delete: gone = [], expect = {} } = value
  if (!isObject(set)) return '"set" must be an object'
  if (!Array.isArray(gone) || !gone.every((key) => typeof key === 'string')) return '"delete" must be an array of keys'
  if (new Set(gone).size !== gone.length) return '"delete" names a key twice'
  if (gone.some((key) => Object.hasOwn(set, key))) return 'a key is in "set" and in "delete"'
  if (expect !== 'base' && !(isObject(expect) && Object.values(expect).every((tag) => tag === null || isName(tag)))) {
    return '"expect" must be "base" or give a tag or null for each key'
  }
  return undefined
}

/** Returns why a value is not an `expiry` of a commit; undefined if it is one. Ignores the clock. */
export function expiryFault(expiry: unknown): string | undefined {
  if (expiry === undefined || expiry === null) return undefined
  if (typeof expiry === 'string') return isDateTime(expiry) ? undefined : '"expiry" must be an RFC 3339 date with a time and a zone'
  const isSeconds = Number.isSafeInteger(expiry) && (expiry as number) >= 0 && (expiry as number) <= maxExpirySeconds
  return isSeconds ? undefined : `"expiry" must be null, a date or whole seconds from 0 to ${maxExpirySeconds}`
}

const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean'
const isDateTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text) && Number.isFinite(Date.parse(text))
const quote = (name: string): string => JSON.stringify(name.slice(0, 100))
