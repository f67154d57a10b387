import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import { isEqual, own, type Json } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import type { Decoded } from '../schema/codec.ts'
import { fold } from './effect.ts'
import { createListeners, type Listeners } from './listeners.ts'
import type { Conflict, Operation } from './operation.ts'
import { put, replay, type Rules, type Trace } from './replay.ts'

/** One entry of the log: a call of the app, or several sets of one key that became one. */
export interface Mutation {
  operation: Operation
  /** What it did on the data before it; undefined where it waits for the first base. */
  trace: Trace | undefined
  /** Whether it is in the commit under way. */
  sent: boolean
  /** Told once: with no error when it is acknowledged. */
  readonly receipts: ((error: unknown, result: unknown) => void)[]
}

/** How the base moves. */
export interface Move {
  readonly base: State | undefined
  /** Mutations that the new base contains. */
  readonly acknowledged?: ReadonlySet<Mutation>
  /** Mutations that leave the log without being stored. */
  readonly removed?: ReadonlySet<Mutation>
}

/** What a move of the base brought up. */
export interface Moved {
  /** Mutations that could not be replayed; they left the log. */
  readonly rejected: readonly (readonly [Mutation, unknown])[]
  readonly conflicts: readonly (Conflict & { readonly value: unknown })[]
  readonly invalid: readonly { readonly key: string; readonly issues: readonly SessionSchemaIssue[] }[]
}

/**
 * The reactive cache: the base that the server is known to have stored, the log of pending mutations, and the view,
 * which is always the base with the log replayed. Nothing is ever undone by putting an old value back.
 */
export interface Cache {
  readonly base: State | undefined
  readonly log: readonly Mutation[]
  /** The stored value in the view; undefined where nothing is. */
  stored(key: string): Json | undefined
  /** What the key reads as; the same object until its stored value changes. */
  read(key: string): Decoded
  /** How many pending mutations write the key. */
  pending(key: string): number
  /**
   * Shows an operation and puts it at the end of the log. A set of a key that is not sent yet is taken into the one before.
   *
   * @throws what the operation's own function throws, or a value refused; nothing is then shown
   */
  add(operation: Operation): Mutation
  /** Moves the base, takes what is acknowledged or removed from the log and replays the rest, in one step. */
  move(move: Move): Moved
  /** The commit under way takes the first `count` mutations: nothing is taken into them any more. */
  send(count: number): readonly Mutation[]
  /** Listens to the value of one key; told synchronously. */
  listen(key: string, listener: (value: unknown) => void): () => void
  /** Listens to every change; told after the keys' own listeners. */
  watch(listener: () => void): () => void
  /** Tells the watchers of a change beside the values. */
  wake(): void
}

/** Creates an empty cache, which knows no base yet. */
export function createCache(rules: Rules): Cache {
  const { codec } = rules
  const known = new Set(codec.keys)
  const listeners = new Map<string, Listeners<unknown>>()
  const watchers = createListeners<void>()
  const decoded = new Map<string, { readonly raw: Json | undefined; readonly decoded: Decoded }>()
  /** For each key the mutation that a further set of it may be taken into: nothing after it looks at the key. */
  const open = new Map<string, Mutation>()
  const counts = new Map<string, number>()
  let base: State | undefined
  let log: Mutation[] = []
  let view = new Map<string, Json>()

  function read(key: string): Decoded {
    const raw = view.get(key)
    const last = decoded.get(key)
    if (last && last.raw === raw) return last.decoded
    const entry = { raw, decoded: codec.key(key).decode(raw) }
    decoded.set(key, entry)
    return entry.decoded
  }

  function tell(changed: readonly string[]): void {
    for (const key of changed) listeners.get(key)?.call(read(key).value)
    watchers.call()
  }

  function count(trace: Trace | undefined): void {
    for (const key of trace?.writes.keys() ?? []) counts.set(key, (counts.get(key) ?? 0) + 1)
  }

  function show(trace: Trace | undefined): void {
    const changed = [...(trace?.writes ?? [])].filter(([key, value]) => !isEqual(view.get(key), value))
    for (const [key, value] of changed) put(view, key, value)
    tell(changed.map(([key]) => key))
  }

  /** Before the first base only sets are shown: a function would run on data that is not there yet. */
  function preview(operation: Operation): Trace | undefined {
    if (base) return replay(view, operation, rules)
    if (operation.kind !== 'set' && operation.kind !== 'delete') return
    return { operation, reads: new Map(), writes: new Map([[operation.key, operation.mine]]) }
  }

  function add(operation: Operation): Mutation {
    const trace = preview(operation)
    const isWrite = operation.kind === 'set' || operation.kind === 'delete'
    const former = isWrite ? open.get(operation.key) : undefined
    if (isWrite && trace && former?.trace) {
      // The former's start stays: what is written now was written on what it had started from.
      former.operation = { ...former.trace.operation, ...operation, ...pickStart(former.trace.operation), mine: trace.writes.get(operation.key) }
      former.trace = { ...trace, operation: former.operation }
      show(former.trace)
      return former
    }
    const mutation: Mutation = { operation: trace?.operation ?? operation, trace, sent: false, receipts: [] }
    log.push(mutation)
    count(trace)
    if (isWrite) open.set(operation.key, mutation)
    else if (operation.kind === 'update') open.delete(operation.key)
    else open.clear()
    show(trace)
    return mutation
  }

  function move({ base: next, acknowledged = new Set(), removed = new Set() }: Move): Moved {
    const rest = log.filter((mutation) => !acknowledged.has(mutation) && !removed.has(mutation))
    const expected = fold(base, [...acknowledged].map(({ trace }) => trace))
    const touched = base ? new Set(rest.flatMap(({ trace }) => (trace ? [...trace.reads.keys(), ...trace.writes.keys()] : []))) : []
    const [before, after] = [view, fold(next, [])]
    const rejected: [Mutation, unknown][] = []
    counts.clear()
    open.clear()
    base = next
    log = []
    for (const mutation of rest) {
      try {
        const trace = next ? replay(after, mutation.operation, rules, mutation.trace) : mutation.trace
        for (const [key, value] of trace?.writes ?? []) put(after, key, value)
        count(trace)
        Object.assign(mutation, { trace, operation: trace?.operation ?? mutation.operation })
        log.push(mutation)
      } catch (error) {
        rejected.push([mutation, error])
      }
    }
    const changed = codec.keys.filter((key) => !isEqual(before.get(key), after.get(key)))
    for (const [key, value] of before) if (isEqual(value, after.get(key))) after.set(key, value)
    view = after
    const conflicts = [...touched].filter((key) => known.has(key)).flatMap((key) => {
      const theirs = next && own(next.data, key)
      if (isEqual(expected.get(key), theirs) || isEqual(before.get(key), theirs)) return []
      const [was, mine, now] = [expected.get(key), before.get(key), theirs].map((raw) => (raw === undefined ? undefined : codec.key(key).decode(raw).value))
      return [{ key, base: was, mine, theirs: now, value: read(key).value }]
    })
    const invalid = changed.flatMap((key) => {
      const { issues } = read(key)
      return issues ? [{ key, issues }] : []
    })
    tell(changed)
    return { rejected, conflicts, invalid }
  }

  return {
    get base() {
      return base
    },
    get log() {
      return log
    },
    stored: (key) => view.get(key),
    read,
    pending: (key) => counts.get(key) ?? 0,
    add,
    move,
    send(length) {
      open.clear()
      const mutations = log.slice(0, length)
      for (const mutation of mutations) mutation.sent = true
      return mutations
    },
    listen(key, listener) {
      const existing = listeners.get(key) ?? createListeners()
      listeners.set(key, existing)
      return existing.add(listener)
    },
    watch: (listener) => watchers.add(listener),
    wake: () => watchers.call(),
  }
}

const pickStart = (operation: Operation): object => (operation.kind === 'set' || operation.kind === 'delete' ? { was: operation.was, rooted: operation.rooted } : {})
