// The session as the design describes it. Shares no code with src.

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

/** Merges two lists of different texts: place by place if nothing moved, else as sets, in their order or, if only mine was reordered, in mine. */
function mergeLists(base: readonly string[], mine: readonly string[], theirs: readonly string[]): readonly string[] {
  const isInPlace = (items: readonly string[]): boolean =>
    items.length === base.length && items.every((text, at) => !base.includes(text) || base[at] === text)
  if (isInPlace(mine) && isInPlace(theirs)) return mine.map((text, at) => (text === base[at] ? (theirs[at] as string) : text))
  const isKept = (text: string): boolean => (mine.includes(text) && theirs.includes(text)) || !base.includes(text)
  const common = base.filter((text) => mine.includes(text) && theirs.includes(text))
  const isReordered = (items: readonly string[]): boolean =>
    !isSame(
      items.filter((text) => common.includes(text)),
      common,
    )
  const [leading, other] = isReordered(mine) && !isReordered(theirs) ? [mine, theirs] : [theirs, mine]
  const merged = leading.filter(isKept)
  const isShared = (text: string): boolean => leading.includes(text) && other.includes(text)
  const hasShared = merged.some(isShared)
  let at = hasShared ? 0 : merged.length
  for (const text of other.filter(isKept)) {
    if (!isShared(text)) merged.splice(at++, 0, text)
    else for (at = merged.indexOf(text) + 1; at < merged.length && !isShared(merged[at] as string); at++);
  }
  return merged
}

/** Objects merge leaf by leaf and lists item by item. If both changed a leaf, and for all else, mine stands. */
function merge(base: Value | undefined, mine: Value | undefined, theirs: Value | undefined): Value | undefined {
  const isPlain = (value: unknown): value is Record<string, string> => typeof value === 'object' && !Array.isArray(value)
  const isList = (value: unknown): value is readonly string[] => Array.isArray(value)
  if (isSame(mine, base)) return theirs
  if (isSame(theirs, base) || isSame(mine, theirs)) return mine
  if (isList(mine) && isList(theirs)) return mergeLists(isList(base) ? base : [], mine, theirs)
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
  // The client knows that it cannot write `w`.
  if (kind === 'clear') return { next: put({}, 'w', data.w) }
  if (kind === 'pop') return { next: put(data, key, undefined), result: data[key] ?? defaults[key] }
  if (kind === 'default') return { next: put(data, key, data[key] ?? call.value), result: data[key] ?? call.value }
  if (kind === 'tx') return (transactions[call.tx as string] as NonNullable<(typeof transactions)[string]>)(data, id)
  return { next: data }
}

export const defaults: Data = { n: 0, f: 0, l: [], o: {} }

/** Decides a write whose key another client changed, by the policy of the key. */
function decide(pending: Pending, key: string, theirs: Value | undefined): void {
  const { value, rooted } = pending
  const base = pending.seen ?? (value === undefined ? undefined : defaults[key])
  const rule = policies[key] ?? 'merge'
  if (rule === 'theirs') pending.dropped = true
  else if (rule === 'reject') pending.refused = true
  else if (rule === 'max') pending.value = Math.max(Number(value ?? 0), Number(theirs ?? 0))
  // A call that changes nothing is a choice, which stands, unless it is an object or a list that was loaded.
  else if (rule === 'merge' && !(isSame(value, base) && (!rooted || typeof value !== 'object'))) pending.value = merge(base, value, theirs)
}

/** Starts a call from our own data, without what was rejected: a write keeps its value, and what a policy decided of an update is void. */
function restart(pending: Pending, ours: Data): void {
  const { call, rooted } = pending
  const key = call.tx === 'guard' ? 'j' : (call.key ?? '')
  const stands = rooted ? ours[key] : (ours[key] ?? defaults[key])
  if (isSame(stands, pending.seen)) return
  if (call.kind === 'update') Object.assign(pending, { fixed: false, dropped: false })
  pending.seen = stands
}

/** Replays a log on what others stored, each call from what it is on our own data. Others changed what differs between the two. */
export function replay(own: Data, base: Data, log: readonly Pending[]): Data {
  let [ours, data] = [own, base]
  for (const pending of log) {
    restart(pending, ours)
    const { call, seen, rooted, value } = pending
    const { kind, key = '' } = call
    const theirs = data[key]
    const isChanged = !isSame(theirs, seen)
    // Before the load a function does not run, so nothing of it was shown.
    const first = rooted || kind === 'set' || kind === 'delete' ? apply(ours, pending) : { next: ours }
    const isFirst = base[key] === undefined || isSame(base[key], defaults[key])
    if (kind === 'set' || kind === 'delete') {
      if (isChanged && !isSame(theirs, value) && (rooted || !isFirst) && !pending.dropped) decide(pending, key, theirs)
    } else if (kind === 'update' && rooted && isChanged) {
      const rule = policies[key]
      if (rule === 'theirs') pending.dropped = true
      else if (rule === 'reject') pending.refused = true
      else if (rule === 'max') Object.assign(pending, { value: Math.max(Number(value ?? 0), Number(theirs ?? 0)), fixed: true })
      else Object.assign(pending, { fixed: false, dropped: false })
    } else if ((kind === 'pop' || kind === 'default') && rooted && isChanged && policies[key] === 'reject') pending.refused = true
    else if (call.tx === 'guard' && rooted && !isSame(data.j, seen)) pending.refused = true
    const done = pending.refused ? null : apply(data, pending)
    if (!done) pending.refused = true
    else [ours, data] = [first?.next ?? ours, done.next]
    pending.seen = call.tx === 'guard' ? data.j : theirs
    if (kind === 'update') pending.value = data[key]
    pending.rooted = true
  }
  return data
}
