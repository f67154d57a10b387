// The reactive cache: base, log, view and listeners. The client's calls write to it, the pipeline moves its base. No I/O, no time.
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { Json } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { deepFreeze } from '../schema/deep-freeze.ts'
import { type Cell, clearWrites, countWrite, createCell, listenersOf, putStored, readCell, renewDefault, setCoalescible } from './cell.ts'
import { addListener, callListeners, createListeners, type Listeners } from './listeners.ts'
import { type Applied, createMutation, joinMutation, type Mutation, markSent, writesOf } from './mutation.ts'
import type { Conflict, Operation, WriteOperation } from './operation.ts'
import { isNewSession, type Move, rebase } from './rebase.ts'
import { replay } from './replay.ts'
import { type Data, putOver, type Rules } from './stored-value.ts'

/** What a move of the base led to. */
export interface Moved {
  /** Mutations that could not be replayed, with what they threw. They left the log. */
  readonly rejected: readonly (readonly [Mutation, unknown])[]
  /** One for each key of which a change is lost, with what it shows now. */
  readonly conflicts: readonly (Conflict & { readonly value: unknown })[]
  /** The stored values that the schema refuses since this move, frozen. */
  readonly invalid: readonly { readonly key: string; readonly issues: readonly SessionSchemaIssue[]; readonly raw: Json }[]
}

/**
 * The reactive cache: the base that the server is known to have stored, the log of pending mutations, and the view,
 * which is always the base with the log replayed. Nothing is ever undone by putting an old value back.
 *
 * @throws SessionSchemaError (every member that takes a key) if the schema has no such key
 */
export interface Cache {
  readonly base: State | undefined
  readonly log: readonly Mutation[]
  /** How many calls were made. Each mutation records its last one. */
  readonly calls: number
  /** Counts the changes of the view, so that a reader of the whole view detects one by comparing numbers. */
  readonly revision: number
  /** The stored value in the view; undefined if nothing is stored. */
  stored(key: string): Json | undefined
  /** The decoded value; the same object until the stored value changes. */
  read(key: string): unknown
  /** Why the schema refuses the stored value; undefined if it accepts it. */
  issues(key: string): readonly SessionSchemaIssue[] | undefined
  /** How many pending mutations write the key. */
  pending(key: string): number
  /** Shows a write of a key and appends it to the log; undefined deletes. Coalesces it with an earlier write that is not sent yet. */
  write(key: string, mine: Json | undefined): Mutation
  /**
   * Shows another operation and appends it to the log.
   *
   * @throws what the operation's function throws, or if a value is refused; nothing is shown then
   */
  add(operation: Exclude<Operation, WriteOperation>): Mutation
  /** Moves the base, removes acknowledged and dropped mutations from the log and replays the rest, in one step. */
  move(move: Move): Moved
  /** Marks the first `length` mutations as taken into a commit, so that no later write coalesces with them. */
  send(length: number): readonly Mutation[]
  /** Listens to the value of one key; notifies synchronously. */
  listen(key: string, listener: (value: unknown) => void): () => void
  /** Listens to every change; notifies after the keys' own listeners. */
  watch(listener: () => void): () => void
  /** Notifies the watchers of a change other than the values. */
  wake(): void
}

/** The cache with its parts. All are plain members, because V8 keeps what a getter closes over until a full collection. */
interface Parts extends Cache {
  readonly rules: Rules
  readonly cells: ReadonlyMap<string, Cell>
  readonly watchers: Listeners<number>
  base: State | undefined
  log: Mutation[]
  calls: number
  revision: number
  /** Counts the moments after which no write joins an earlier one. */
  coalescingEpoch: number
  /** Counts the notifications, so that a nested change notifies no watcher twice. */
  notificationVersion: number
}

function cellOf({ rules, cells }: Parts, key: string): Cell {
  const cell = cells.get(key)
  if (!cell) rules.codec.check(key)
  return cell as Cell
}

/** Returns the stored values in the view. */
const viewOf =
  ({ cells }: Parts): Data =>
  (key) =>
    cells.get(key)?.stored

function notify(parts: Parts, changed: readonly Cell[]): void {
  parts.notificationVersion++
  if (changed.length > 0) parts.revision++
  for (const cell of changed) if (cell.listeners) callListeners(cell.listeners, readCell(parts.rules.codec, cell).value)
  callListeners(parts.watchers, parts.notificationVersion)
}

/** Yields the cells that mutations write, one for each write. */
function* writtenCells(parts: Parts, log: readonly Mutation[]): Iterable<Cell> {
  for (const mutation of log) for (const [key] of writesOf(mutation)) yield cellOf(parts, key)
}

function append(parts: Parts, applied: Applied): Mutation {
  const mutation = createMutation(applied, parts.coalescingEpoch, ++parts.calls)
  parts.log.push(mutation)
  return mutation
}

function write(parts: Parts, key: string, encoded: Json | undefined): Mutation {
  const { base, rules, coalescingEpoch } = parts
  const cell = cellOf(parts, key)
  const hasBase = base !== undefined
  const value = hasBase ? putOver(rules, key, cell.stored, encoded) : encoded
  const former = cell.coalescible?.epoch === coalescingEpoch ? cell.coalescible : undefined
  // A write that joins another one started where that one did. Before the load, the app was shown the default.
  const shown = hasBase ? cell.stored : (cell.stored ?? rules.codec.fallback(key))
  const baseValue = former ? (former.operation as WriteOperation).baseValue : shown
  const operation: WriteOperation = { kind: value === undefined ? 'delete' : 'set', key, value, baseValue, hasBase }
  const mutation = former ?? append(parts, { operation, accessed: undefined })
  if (former) joinMutation(former, operation, ++parts.calls)
  else {
    setCoalescible(cell, mutation)
    countWrite(cell)
  }
  notify(parts, putStored(cell, value) ? [cell] : [])
  return mutation
}

function add(parts: Parts, operation: Exclude<Operation, WriteOperation>): Mutation {
  const { base, rules } = parts
  // Before the first base only writes are shown: a function would run on data that is not there yet.
  const applied = base ? replay(viewOf(parts), operation, rules) : { operation, accessed: undefined }
  const mutation = append(parts, applied)
  if (operation.kind === 'update') setCoalescible(cellOf(parts, operation.key), undefined)
  else parts.coalescingEpoch++
  const changed: Cell[] = []
  for (const [key, value] of writesOf(mutation)) {
    const cell = cellOf(parts, key)
    countWrite(cell)
    if (putStored(cell, value)) changed.push(cell)
  }
  notify(parts, changed)
  return mutation
}

function move(parts: Parts, to: Move): Moved {
  const { rules, cells } = parts
  for (const cell of writtenCells(parts, parts.log)) clearWrites(cell)
  const { log, rejected, conflicts, view } = rebase(parts.base, parts.log, to, rules)
  for (const cell of writtenCells(parts, log)) countWrite(cell)
  const isNew = isNewSession(parts.base, to.base)
  parts.calls += to.restored?.length ?? 0
  parts.base = to.base
  parts.log = log
  const changed: Cell[] = []
  for (const [key, cell] of cells) if (putStored(cell, view(key)) || (isNew && renewDefault(rules.codec, cell))) changed.push(cell)
  const shown = conflicts.map((conflict) => ({ ...conflict, value: readCell(parts.rules.codec, cellOf(parts, conflict.key)).value }))
  const invalid = changed.flatMap((cell) => {
    const { key, issues, stored } = readCell(parts.rules.codec, cell)
    return issues && stored !== undefined ? [{ key, issues, raw: deepFreeze(stored, new WeakSet()) }] : []
  })
  notify(parts, changed)
  return { rejected, conflicts: shown, invalid }
}

/** Creates an empty cache, which knows no base yet. */
export function createCache(rules: Rules): Cache {
  const cells = new Map(rules.codec.keys.map((key) => [key, createCell(key)]))
  const read = (key: string): Cell => readCell(parts.rules.codec, cellOf(parts, key))
  const parts: Parts = {
    rules,
    cells,
    watchers: createListeners(),
    base: undefined,
    log: [],
    calls: 0,
    revision: 0,
    coalescingEpoch: 0,
    notificationVersion: 0,
    stored: (key) => cellOf(parts, key).stored,
    read(key) {
      // The fast path of almost every call, inlined.
      const cell = cells.get(key)
      return cell?.isDecoded ? cell.value : read(key).value
    },
    issues: (key) => read(key).issues,
    pending: (key) => cellOf(parts, key).pending,
    write: (key, mine) => write(parts, key, mine),
    add: (operation) => add(parts, operation),
    move: (to) => move(parts, to),
    send(length) {
      parts.coalescingEpoch++
      const mutations = parts.log.slice(0, length)
      for (const mutation of mutations) markSent(mutation)
      return mutations
    },
    listen(key, listener) {
      const cell = read(key)
      return addListener(listenersOf(cell), listener, cell.value)
    },
    watch: (listener) => addListener(parts.watchers, listener),
    wake: () => notify(parts, []),
  }
  return parts
}
