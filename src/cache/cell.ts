// One key in the view: its stored value, its decoded value and its listeners. Only the cache works with cells, through these functions.
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import { createListeners, type Listeners } from './listeners.ts'
import type { Mutation } from './mutation.ts'

/** One key in the view. */
export interface Cell {
  readonly key: string
  stored: Json | undefined
  /** Decoded value and issues. Computed lazily; invalid after a change until the next read. */
  value: unknown
  issues: readonly SessionSchemaIssue[] | undefined
  isDecoded: boolean
  /** How many mutations of the log write it. */
  pending: number
  /** The mutation that a later write joins while its epoch lasts, because nothing after it reads the key. */
  coalescible: Mutation | undefined
  listeners: Listeners<unknown> | undefined
}

/** Creates the cell of a key without a stored value. */
export function createCell(key: string): Cell {
  return {
    key,
    stored: undefined,
    value: undefined,
    issues: undefined,
    isDecoded: false,
    pending: 0,
    coalescible: undefined,
    listeners: undefined,
  }
}

/** Returns the cell with its decoded value. */
export function readCell(codec: SessionCodec, cell: Cell): Cell {
  if (cell.isDecoded) return cell
  const { value, issues } = codec.decode(cell.key, cell.stored)
  cell.value = value
  cell.issues = issues
  cell.isDecoded = true
  return cell
}

/** Puts a value into the view. Returns whether it changed. */
export function putStored(cell: Cell, stored: Json | undefined): boolean {
  // An equal value stays the same object, so that nothing is decoded again.
  if (isEqual(cell.stored, stored)) return false
  cell.stored = stored
  cell.isDecoded = false
  return true
}

/** Recreates a mutable default, because the previous session's app code may have mutated it. Returns whether the value changed. */
export function renewDefault(codec: SessionCodec, cell: Cell): boolean {
  if (cell.stored !== undefined || !cell.isDecoded) return false
  const { value } = cell
  cell.isDecoded = false
  return readCell(codec, cell).value !== value
}

/** Counts one more mutation that writes the key. */
export function countWrite(cell: Cell): void {
  cell.pending++
}

/** Forgets the mutations that write the key, before those that are left are counted. */
export function clearWrites(cell: Cell): void {
  cell.pending = 0
  cell.coalescible = undefined
}

/** Lets later writes join a mutation, or none. */
export function setCoalescible(cell: Cell, mutation: Mutation | undefined): void {
  cell.coalescible = mutation
}

/** Returns the listeners of the key, created when they are first needed. */
export function listenersOf(cell: Cell): Listeners<unknown> {
  cell.listeners ??= createListeners()
  return cell.listeners
}
