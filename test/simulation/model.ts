/**
 * The session as the design says it, small enough to be read in one go and sharing no code with src/: what an operation
 * makes of some data, and what the view is. The simulation compares client and server with it after every step.
 */

import { editKeys as editNames } from './edits/keys.ts'

export type Value = string | number | readonly string[] | { readonly [leaf: string]: string }
export type Data = { readonly [key: string]: Value }

/** One call of the app. `id` is unique in a history and is in what the call writes. */
export interface Call {
  readonly id: string
  readonly kind: 'set' | 'update' | 'delete' | 'clear' | 'pop' | 'default' | 'tx' | 'touch' | 'expiry' | 'cycle'
  readonly key?: string
  readonly value?: Value
  /** Which transaction. */
  readonly tx?: string
  /** In seconds; 0 ends with the browser, null is the server's policy. */
  readonly expiry?: number | null
}

/** A call in the log. */
export interface Pending {
  /** The latest call: sets of one key may become one. */
  call: Call
  /** The key's value that a write started from. */
  seen?: Value | undefined
  /** What a write is to store; undefined deletes. */
  value?: Value | undefined
  /** Whether the write is of `value` and looks at nothing. */
  fixed: boolean
  /** Whether it met a loaded base. */
  rooted: boolean
  /** The policy has dropped it. */
  dropped?: boolean
  /** The policy has refused it, or its own function threw. */
  refused?: boolean
}

/** The keys of mode `edits`, whose merging edits/ judges: to this model their writes do nothing. */
const editKeys: ReadonlySet<string> = new Set(editNames)

/** The data without the keys that edits/ judges. */
export function withoutEdits(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !editKeys.has(key)))
}

export const policies: Readonly<Record<string, string>> = { m: 'mine', t: 'theirs', j: 'reject', f: 'max' }

export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
}

/** Objects merge leaf by leaf; where both changed a leaf, and for all else, mine stands. */
function merge(base: Value | undefined, mine: Value | undefined, theirs: Value | undefined): Value | undefined {
  const isPlain = (value: unknown): value is Record<string, string> => typeof value === 'object' && !Array.isArray(value)
  if (isSame(mine, base)) return theirs
  if (!isPlain(mine) || !isPlain(theirs)) return mine
  const from: Record<string, string> = isPlain(base) ? base : {}
  const result: Record<string, string> = { ...theirs }
  for (const leaf of new Set([...Object.keys(from), ...Object.keys(mine)])) {
    if (mine[leaf] === from[leaf]) continue
    if (mine[leaf] === undefined) delete result[leaf]
    else result[leaf] = mine[leaf]
  }
  return result
}

const list = (data: Data, key: string): readonly string[] => (data[key] as readonly string[]) ?? []
const count = (data: Data, key: string): number => (data[key] as number) ?? 0

/** What `update` makes of a key. */
export function updated({ id, key }: Call, data: Data): Value {
  if (key === 'n' || key === 'f') return count(data, key) + 1
  if (key === 'l') return [...list(data, key), id]
  if (key === 'o') return { ...(data.o as object), [`u${Number(id.replace(/\D/g, '')) % 3}`]: id }
  return `${id}<${String(data[key as string] ?? '').slice(0, 6)}`
}

/** What each transaction reads, writes and gives; null where it throws. */
const transactions: Readonly<Record<string, (data: Data, id: string) => { next: Data; result: unknown } | null>> = {
  move: (data, id) => ({
    next: { ...data, r: `${id}:${list(data, 'l').length}`, n: count(data, 'n') + 1 },
    result: list(data, 'l').length,
  }),
  flip: ({ r, ...data }, id) => ({ next: r === undefined ? { ...data, r: id } : data, result: r !== undefined }),
  keys: (data, id) => ({ next: { ...data, m: `${id}:${keysOf(data)}` }, result: keysOf(data) }),
  look: (data) => ({ next: data, result: count(data, 'n') + list(data, 'l').length }),
  limit: (data, id) =>
    count(data, 'n') % 3 === 0 ? { next: { ...data, n: count(data, 'n') + 1, l: [...list(data, 'l'), id] }, result: id } : null,
  guard: (data, id) => ({ next: { ...data, l: [...list(data, 'l'), `${id}=${data.j ?? ''}`] }, result: data.j }),
}

const keysOf = (data: Data): string =>
  Object.keys(data)
    .filter((key) => key !== 'x')
    .sort()
    .join()
export const put = (data: Data, key: string, value: Value | undefined): Data => {
  const { [key]: _, ...rest } = data
  return value === undefined ? rest : { ...rest, [key]: value }
}

/** The data after a call of the log, and what its function gave; null where that threw. */
export function apply(data: Data, { call, value, fixed, dropped }: Pending): { readonly next: Data; readonly result?: unknown } | null {
  const { kind, key = '', id } = call
  if (dropped || editKeys.has(key)) return { next: data }
  if (fixed) return { next: put(data, key, value) }
  if (kind === 'update')
    return typeof data[key] === typeof updated(call, {}) || data[key] === undefined ? { next: put(data, key, updated(call, data)) } : null
  if (kind === 'clear') return { next: {} }
  if (kind === 'pop') return { next: put(data, key, undefined), result: data[key] ?? defaults[key] }
  if (kind === 'default') return { next: put(data, key, data[key] ?? call.value), result: data[key] ?? call.value }
  if (kind === 'tx') return (transactions[call.tx as string] as NonNullable<(typeof transactions)[string]>)(data, id)
  return { next: data }
}

export const defaults: Data = { n: 0, f: 0, l: [], o: {} }

/** A log replayed on a base, by each key's policy where somebody else has moved what a call started from; own calls that left are merged. */
export function replay(base: Data, log: readonly Pending[], isMoved: (key: string) => boolean = () => false): Data {
  let data = base
  for (const pending of log) {
    const { call, seen } = pending
    const { kind, key = '' } = call
    const theirs = data[key]
    const isMet = pending.rooted && !isSame(theirs, seen) && !(pending.fixed && kind !== 'update' && isSame(theirs, pending.value))
    const rule = isMoved(key) || policies[key] === 'mine' ? (policies[key] ?? 'merge') : 'merge'
    if (kind === 'set' || kind === 'delete') {
      if (isMet) {
        if (rule === 'theirs') pending.dropped = true
        else if (rule === 'reject') pending.refused = true
        else if (rule === 'max') pending.value = Math.max(Number(pending.value ?? 0), Number(theirs ?? 0))
        else if (rule === 'merge') pending.value = merge(seen, pending.value, theirs)
      }
    } else if (kind === 'update' && isMet) {
      if (rule === 'theirs') pending.dropped = true
      else if (rule === 'reject') pending.refused = true
      else if (rule === 'max') Object.assign(pending, { value: Math.max(Number(pending.value ?? 0), Number(theirs ?? 0)), fixed: true })
    } else if ((kind === 'pop' || kind === 'default') && isMet && rule === 'reject') pending.refused = true
    else if (call.tx === 'guard' && pending.rooted && isMoved('j') && !isSame(data.j, seen)) pending.refused = true
    const done = pending.refused ? null : apply(data, pending)
    if (!done) pending.refused = true
    else data = done.next
    pending.seen = call.tx === 'guard' ? data.j : theirs
    if (kind === 'update') pending.value = data[key]
    pending.rooted = true
  }
  return data
}
