import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import type { Decoded, KeyCodec } from '../schema/codec.ts'
import { createListeners, type Listeners } from './listeners.ts'
import { type Conflict, isWrite, type Operation } from './operation.ts'
import { type Move, type Mutation, rebase } from './rebase.ts'
import { decodeStored, put, type Rules, replay, type Trace } from './replay.ts'

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
  /** Counts the changes of the view, so that who reads all of it need not look for one. */
  readonly revision: number
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
  /** Takes the first `length` mutations into a commit: nothing is taken into them any more. */
  send(length: number): readonly Mutation[]
  /** Listens to the value of one key; told synchronously. */
  listen(key: string, listener: (value: unknown) => void): () => void
  /** Listens to every change; told after the keys' own listeners. */
  watch(listener: () => void): () => void
  /** Tells the watchers of a change beside the values. */
  wake(): void
}

/** One key as the app sees it. */
interface Cell {
  readonly decode: KeyCodec['decode']
  /** What it reads as; undefined from a change of its stored value until somebody asks. */
  decoded: Decoded | undefined
  listeners: Listeners<unknown> | undefined
}

/** What the cache is made of. */
interface Parts {
  readonly rules: Rules
  readonly cells: Map<string, Cell>
  readonly watchers: Listeners<number>
  /** For each key the mutation that a further set of it may be taken into: it is not sent, and nothing after it looks at the key. */
  readonly open: Map<string, Mutation>
  /** How many mutations of the log write each key. */
  readonly counts: Map<string, number>
  base: State | undefined
  log: Mutation[]
  view: Map<string, Json>
  revision: number
  /** Counts what the watchers are told of, so that each is told of it once. */
  news: number
}

/** The cell of a key of the schema, made when it is first asked for. @throws SessionSchemaError where the schema has no such key */
function cellOf({ rules, cells }: Parts, key: string): Cell {
  const known = cells.get(key)
  if (known) return known
  const cell: Cell = { decode: rules.codec.key(key).decode, decoded: undefined, listeners: undefined }
  cells.set(key, cell)
  return cell
}

function read(parts: Parts, key: string): Decoded {
  const cell = cellOf(parts, key)
  cell.decoded ??= cell.decode(parts.view.get(key))
  return cell.decoded
}

/** What the stored values of some keys were read as does not hold any more. */
function forget({ cells }: Parts, changed: readonly string[]): void {
  for (const key of changed) {
    const cell = cells.get(key)
    if (cell) cell.decoded = undefined
  }
}

function tell(parts: Parts, changed: readonly string[]): void {
  parts.news++
  if (changed.length > 0) parts.revision++
  for (const key of changed) parts.cells.get(key)?.listeners?.call(read(parts, key).value)
  parts.watchers.call(parts.news)
}

function count({ counts }: Parts, trace: Trace | undefined): void {
  for (const key of trace?.writes.keys() ?? []) counts.set(key, (counts.get(key) ?? 0) + 1)
}

function show(parts: Parts, trace: Trace | undefined): void {
  const changed: string[] = []
  for (const [key, value] of trace?.writes ?? []) {
    if (isEqual(parts.view.get(key), value)) continue
    put(parts.view, key, value)
    changed.push(key)
  }
  forget(parts, changed)
  tell(parts, changed)
}

/** Before the first base only sets are shown: a function would run on data that is not there yet. */
function preview({ base, view, rules }: Parts, operation: Operation): Trace | undefined {
  if (base) return replay(view, operation, rules)
  return isWrite(operation) ? { operation, reads: new Map(), writes: new Map().set(operation.key, operation.mine) } : undefined
}

function createMutation(operation: Operation, trace: Trace | undefined): Mutation {
  let resolve!: Mutation['resolve']
  let reject!: Mutation['reject']
  const receipt = new Promise<unknown>((onStored, onRejected) => {
    resolve = onStored
    reject = onRejected
  })
  return { operation: trace?.operation ?? operation, trace, sent: false, receipt, resolve, reject }
}

function add(parts: Parts, operation: Operation): Mutation {
  const { open } = parts
  const trace = preview(parts, operation)
  const former = isWrite(operation) ? open.get(operation.key) : undefined
  if (former && trace && isWrite(trace.operation) && isWrite(former.operation)) {
    // The former's start stays: what is written now was written on what it had started from.
    const { was, rooted } = former.operation
    const { kind, key, mine } = trace.operation
    former.operation = { kind, key, mine, was, rooted }
    former.trace = { operation: former.operation, reads: trace.reads, writes: trace.writes }
    show(parts, trace)
    return former
  }
  const mutation = createMutation(operation, trace)
  parts.log.push(mutation)
  count(parts, trace)
  if (isWrite(operation)) open.set(operation.key, mutation)
  else if (operation.kind === 'update') open.delete(operation.key)
  else open.clear()
  show(parts, trace)
  return mutation
}

function move(parts: Parts, to: Move): Moved {
  const { rules, view: before } = parts
  const { keys } = rules.codec
  const { rejected, met, ...replayed } = rebase(parts, to, rules)
  parts.open.clear()
  parts.counts.clear()
  Object.assign(parts, replayed, { base: to.base })
  for (const { trace } of parts.log) count(parts, trace)
  const changed = keys.filter((key) => before.get(key) !== parts.view.get(key))
  forget(parts, changed)
  const conflicts = met.flatMap(({ key, values }) => {
    if (!rules.codec.has(key)) return []
    const [base, mine, theirs] = values.map((raw) => decodeStored(rules.codec, key, raw))
    return [{ key, base, mine, theirs, value: read(parts, key).value }]
  })
  const invalid = changed.flatMap((key) => {
    const { issues } = read(parts, key)
    return issues ? [{ key, issues }] : []
  })
  tell(parts, changed)
  return { rejected, conflicts, invalid }
}

/** Creates an empty cache, which knows no base yet. */
export function createCache(rules: Rules): Cache {
  const parts: Parts = {
    rules,
    cells: new Map(),
    watchers: createListeners(),
    open: new Map(),
    counts: new Map(),
    base: undefined,
    log: [],
    view: new Map(),
    revision: 0,
    news: 0,
  }
  return {
    get base() {
      return parts.base
    },
    get log() {
      return parts.log
    },
    get revision() {
      return parts.revision
    },
    stored: (key) => parts.view.get(key),
    read: (key) => read(parts, key),
    pending: (key) => parts.counts.get(key) ?? 0,
    add: (operation) => add(parts, operation),
    move: (to) => move(parts, to),
    send(length) {
      parts.open.clear()
      const mutations = parts.log.slice(0, length)
      for (const mutation of mutations) mutation.sent = true
      return mutations
    },
    listen(key, listener) {
      const cell = cellOf(parts, key)
      cell.listeners ??= createListeners()
      return cell.listeners.add(listener, read(parts, key).value)
    },
    watch: (listener) => parts.watchers.add(listener),
    wake: () => tell(parts, []),
  }
}
