// Judges the members that no schema knows: what a commit that sets a key has made of them. edit-log.ts calls it. Pure.
import type { Stored } from '../event-log.ts'
import type { Base } from '../ledger.ts'
import { type Key, keyRules, type Plain, type PlainObject } from './keys.ts'

/** A call of the commit, and what its tab had and showed by then. */
interface Seen {
  readonly base: Base | undefined
  readonly shown: Plain
  readonly value?: Plain
  readonly change?: unknown
}

/** No item or object has a member that belongs to another one, or that was not there before. */
export function judgeFields(key: Key, writes: readonly Seen[], { before, data }: Stored): string[] {
  const { unknown, kind, idOf = ({ id }) => String(id) } = keyRules[key]
  if (!unknown || data[key] === undefined) return []
  const itemsOf = (value: unknown): readonly PlainObject[] =>
    Array.isArray(value) ? value : value === undefined ? [] : [value as PlainObject]
  const items = itemsOf(data[key])
  const bases = [before?.data[key], ...writes.map(({ base }) => base?.data[key])].map(itemsOf)
  const hasTwice = (all: readonly PlainObject[]): boolean => new Set(all.map(({ id }) => id)).size < all.length
  // An id that stands once is an identity, whatever else the item says.
  if (key === 'variants' && !(bases.every(hasTwice) && hasTwice(items))) return []
  const strange = items.filter((item) => item[unknown.name] !== undefined && item[unknown.name] !== unknown.ownerOf(item))
  if (strange.length > 0) return [`fields: ${JSON.stringify(strange)} has a field of another item, in ${key}`]
  if (key === 'lines' || (kind !== 'ids' && kind !== 'object') || writes.some(({ value, change }) => value === undefined && !change))
    return []
  const isSameItem = (a: PlainObject, b: PlainObject): boolean => kind === 'object' || idOf(a) === idOf(b)
  const lost = (bases[0] as readonly PlainObject[]).filter(
    (item) => item[unknown.name] !== undefined && items.some((one) => isSameItem(one, item) && one[unknown.name] === undefined),
  )
  const isSeen = writes.every(({ shown }) => lost.every((item) => itemsOf(shown).some((one) => isSameItem(one, item))))
  return lost.length > 0 && isSeen ? [`fields: ${JSON.stringify(lost)} lost its field in ${key}`] : []
}
