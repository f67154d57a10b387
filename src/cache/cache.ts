import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { addListener, callListeners, createListeners, type Listeners } from './listeners.ts'
import { createMutation, type Mutation, type Played, writesOf } from './mutation.ts'
import type { Conflict, Operation, WriteOperation } from './operation.ts'
import { type Move, rebase } from './rebase.ts'
import { type Data, decodeStored, overlay, type Rules, replay } from './replay.ts'

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
 *
 * @throws SessionSchemaError (whatever takes a key) where the schema has no such key
 */
export interface Cache {
  readonly base: State | undefined
  readonly log: readonly Mutation[]
  /** Counts the changes of the view, so that who reads all of it need not look for one. */
  readonly revision: number
  /** The stored value in the view; undefined where nothing is. */
  stored(key: string): Json | undefined
  /** What the key reads as; the same object until its stored value changes. */
  read(key: string): unknown
  /** Why the schema refuses the stored value; undefined where it does not. */
  issues(key: string): readonly SessionSchemaIssue[] | undefined
  /** How many pending mutations write the key. */
  pending(key: string): number
  /** Shows a write of a key and puts it at the end of the log; undefined deletes. One that is not sent yet is taken into the one before. */
  write(key: string, mine: Json | undefined): Mutation
  /**
   * Shows another operation and puts it at the end of the log.
   *
   * @throws what the operation's own function throws, or a value refused; nothing is then shown
   */
  add(operation: Exclude<Operation, WriteOperation>): Mutation
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

/** One key in the view. */
interface Cell {
  readonly key: string
  stored: Json | undefined
  /** What it reads as, and why the schema refuses what is stored; from a change on until somebody asks not known. */
  value: unknown
  issues: readonly SessionSchemaIssue[] | undefined
  isRead: boolean
  /** How many mutations of the log write it. */
  pending: number
  /** The mutation that a further write may be taken into, as long as its era lasts: nothing after it looks at the key. */
  open: Mutation | undefined
  listeners: Listeners<unknown> | undefined
}

/** The cache with what it is made of. All plain members: V8 keeps what a getter closes over until a full collection. */
interface Parts extends Cache {
  readonly rules: Rules
  readonly cells: ReadonlyMap<string, Cell>
  readonly watchers: Listeners<number>
  base: State | undefined
  log: Mutation[]
  revision: number
  /** Counts the moments after which no write is taken into one from before. */
  era: number
  /** Counts what the watchers are told of, so that each is told of it once. */
  news: number
}

function cellOf({ rules, cells }: Parts, key: string): Cell {
  const cell = cells.get(key)
  if (!cell) rules.codec.check(key)
  return cell as Cell
}

/** What is stored under each key in the view. */
const viewOf =
  ({ cells }: Parts): Data =>
  (key) =>
    cells.get(key)?.stored

/** The cell of a key, with what it reads as. */
function readCell({ rules }: Parts, cell: Cell): Cell {
  if (cell.isRead) return cell
  const { value, issues } = rules.codec.decode(cell.key, cell.stored)
  cell.value = value
  cell.issues = issues
  cell.isRead = true
  return cell
}

/** Puts a value into the view; true where it is another one. */
function put(cell: Cell, stored: Json | undefined): boolean {
  // One that stays equal stays the same object, so that nobody reads it anew.
  if (isEqual(cell.stored, stored)) return false
  cell.stored = stored
  cell.isRead = false
  return true
}

function tell(parts: Parts, changed: readonly Cell[]): void {
  parts.news++
  if (changed.length > 0) parts.revision++
  for (const cell of changed) if (cell.listeners) callListeners(cell.listeners, readCell(parts, cell).value)
  callListeners(parts.watchers, parts.news)
}

/** The cells that mutations write, one for each write. */
function* writtenCells(parts: Parts, log: readonly Mutation[]): Iterable<Cell> {
  for (const mutation of log) for (const [key] of writesOf(mutation)) yield cellOf(parts, key)
}

function append(parts: Parts, played: Played): Mutation {
  const mutation = createMutation(played, parts.era)
  parts.log.push(mutation)
  return mutation
}

function write(parts: Parts, key: string, written: Json | undefined): Mutation {
  const { base, rules, era } = parts
  const cell = cellOf(parts, key)
  const rooted = base !== undefined
  const mine = rooted ? overlay(rules.codec, key, cell.stored, written) : written
  const former = cell.open?.era === era ? cell.open : undefined
  // The former's start stays: what is written now was written on what it had started from.
  const was = former ? (former.operation as WriteOperation).was : cell.stored
  const operation: WriteOperation = { kind: mine === undefined ? 'delete' : 'set', key, mine, was, rooted }
  if (former) former.operation = operation
  else {
    cell.open = append(parts, { operation, trace: undefined })
    cell.pending++
  }
  const mutation = cell.open as Mutation
  tell(parts, put(cell, mine) ? [cell] : [])
  return mutation
}

function add(parts: Parts, operation: Exclude<Operation, WriteOperation>): Mutation {
  const { base, rules } = parts
  // Before the first base only writes are shown: a function would run on data that is not there yet.
  const played = base ? replay(viewOf(parts), operation, rules) : { operation, trace: undefined }
  const mutation = append(parts, played)
  if (operation.kind === 'update') cellOf(parts, operation.key).open = undefined
  else parts.era++
  const changed: Cell[] = []
  for (const [key, value] of writesOf(mutation)) {
    const cell = cellOf(parts, key)
    cell.pending++
    if (put(cell, value)) changed.push(cell)
  }
  tell(parts, changed)
  return mutation
}

function move(parts: Parts, to: Move): Moved {
  const { rules, cells } = parts
  const { codec } = rules
  const view = viewOf(parts)
  for (const cell of writtenCells(parts, parts.log)) Object.assign(cell, { pending: 0, open: undefined })
  const { log, rejected, met, view: after } = rebase({ base: parts.base, log: parts.log, view }, to, rules)
  for (const cell of writtenCells(parts, log)) cell.pending++
  parts.base = to.base
  parts.log = log
  const changed: Cell[] = []
  for (const [key, cell] of cells) if (put(cell, after(key))) changed.push(cell)
  const conflicts = met.map(({ key, values }) => {
    const [base, mine, theirs] = values.map((raw) => decodeStored(codec, key, raw))
    return { key, base, mine, theirs, value: readCell(parts, cellOf(parts, key)).value }
  })
  const invalid = changed.flatMap((cell) => {
    const { key, issues } = readCell(parts, cell)
    return issues ? [{ key, issues }] : []
  })
  tell(parts, changed)
  return { rejected, conflicts, invalid }
}

/** Creates an empty cache, which knows no base yet. */
export function createCache(rules: Rules): Cache {
  const toCell = (key: string): [string, Cell] => [
    key,
    { key, stored: undefined, value: undefined, issues: undefined, isRead: false, pending: 0, open: undefined, listeners: undefined },
  ]
  const cells = new Map(rules.codec.keys.map(toCell))
  const read = (key: string): Cell => readCell(parts, cellOf(parts, key))
  const parts: Parts = {
    rules,
    cells,
    watchers: createListeners(),
    base: undefined,
    log: [],
    revision: 0,
    era: 0,
    news: 0,
    stored: (key) => cellOf(parts, key).stored,
    read(key) {
      // The way of almost every call, by hand: it is what an app does most.
      const cell = cells.get(key)
      return cell?.isRead ? cell.value : read(key).value
    },
    issues: (key) => read(key).issues,
    pending: (key) => cellOf(parts, key).pending,
    write: (key, mine) => write(parts, key, mine),
    add: (operation) => add(parts, operation),
    move: (to) => move(parts, to),
    send(length) {
      parts.era++
      const mutations = parts.log.slice(0, length)
      for (const mutation of mutations) mutation.sent = true
      return mutations
    },
    listen(key, listener) {
      const cell = read(key)
      cell.listeners ??= createListeners()
      return addListener(cell.listeners, listener, cell.value)
    },
    watch: (listener) => addListener(parts.watchers, listener),
    wake: () => tell(parts, []),
  }
  return parts
}
