// Merges two changes of one JSON value three ways. Pure: the replay calls it, and it never changes a value in place.
import { isEqual, isObject, type Json, type JsonObject, own } from '../protocol/json.ts'
import { hasId, type Items, identify } from './identity.ts'

/** A value of JSON, or undefined if it is absent. */
export type Value = Json | undefined

/** How `merge` identifies items, and whom it notifies. */
export interface MergeOptions {
  /** The members that identify an item of a list, before `id` and `key`. */
  readonly identify?: readonly string[] | undefined
  /** Called for each leaf that both sides changed, because one of the two changes is lost. */
  readonly onLost?: (() => void) | undefined
}

/** Whether a value is a list. */
export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value)

/** Merges two objects member by member, with a function that merges the values of one member. */
export function mergeMembers(
  base: Value,
  mine: JsonObject,
  theirs: JsonObject,
  mergeMember: (base: Value, mine: Value, theirs: Value) => Value,
): JsonObject {
  const from = isObject(base) ? (base as JsonObject) : {}
  const names = new Set([...Object.keys(theirs), ...Object.keys(mine)])
  // fromEntries defines own properties, so that a member named __proto__ stays a member.
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = mergeMember(own(from, name), own(mine, name), own(theirs, name))
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/**
 * Merges two changes of one base. A change by one side alone is taken. If both sides changed it, objects merge member
 * by member, lists item by item (docs/merging.md has the rules), and of a leaf mine stands.
 *
 * @example
 * merge({ a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 }) // { a: 2, b: 3 }
 * merge(['tea'], ['tea', 'milk'], ['cake', 'tea']) // ['cake', 'tea', 'milk']
 */
export function merge(base: Value, mine: Value, theirs: Value, options: MergeOptions = {}): Value {
  if (isEqual(mine, base)) return theirs
  if (isEqual(theirs, base) || isEqual(mine, theirs)) return mine
  if (isList(mine) && isList(theirs)) return mergeLists(isList(base) ? base : [], mine, theirs, options)
  if (isObject(mine) && isObject(theirs)) {
    return mergeMembers(base, mine as JsonObject, theirs as JsonObject, (...values) => merge(...values, options))
  }
  options.onLost?.()
  return mine
}

/**
 * Merges two lists. Equal ends are cut off first, except for one item at each end as a neighbour, since most changes of a
 * long list leave most of it alone.
 */
function mergeLists(base: readonly Json[], mine: readonly Json[], theirs: readonly Json[], options: MergeOptions): Json[] {
  const length = Math.min(base.length, mine.length, theirs.length)
  const isEnd = (at: number): boolean => isEqual(mine.at(at), base.at(at)) && isEqual(theirs.at(at), base.at(at))
  let head = 0
  while (head < length && isEnd(head)) head++
  let tail = 0
  while (tail < length - head && isEnd(-1 - tail)) tail++
  const [start, end] = [Math.max(0, head - 1), Math.max(0, tail - 1)]
  const cut = (items: readonly Json[]): readonly Json[] => items.slice(start, items.length - end)
  return [...base.slice(0, start), ...mergeItems(cut(base), cut(mine), cut(theirs), options), ...base.slice(base.length - end)]
}

/** Merges the items of two lists by their identity, or place by place if none has an id and none has moved. */
function mergeItems(base: readonly Json[], mine: readonly Json[], theirs: readonly Json[], options: MergeOptions): Json[] {
  const [was, ours, others] = identify([base, mine, theirs], options.identify) as [Items, Items, Items]
  if (isInPlace(was, ours) && isInPlace(was, others)) {
    return mine.map((item, place) => mergeLeaf(base[place], item, theirs[place], options) as Json)
  }
  const merged = new Map<string, Json>()
  for (const id of new Set([...others.keys(), ...ours.keys()])) {
    const item = mergeItem(was.get(id), ours.get(id), others.get(id), options)
    if (item !== undefined) merged.set(id, item)
  }
  const orderOf = (items: Items): string[] => [...items.keys()].filter((id) => was.has(id) && ours.has(id) && others.has(id))
  const isReordered = (items: Items): boolean => !isEqual(orderOf(items), orderOf(was))
  const isMineLeading = isReordered(ours) && !isReordered(others)
  return isMineLeading ? interleave(ours, others, merged) : interleave(others, ours, merged)
}

/** Whether a list is positional, such as coordinates or ranges: no item has an id, and every kept item is in its old place. */
export function isInPlace(base: Items, items: Items): boolean {
  const places = [...base.keys()]
  return items.size === base.size && [...items.keys()].every((id, place) => !hasId(id) && (!base.has(id) || places[place] === id))
}

/** Merges a value as a whole. */
export function mergeLeaf(base: Value, mine: Value, theirs: Value, { onLost }: MergeOptions): Value {
  if (isEqual(mine, base)) return theirs
  if (!isEqual(theirs, base) && !isEqual(mine, theirs)) onLost?.()
  return mine
}

/** Merges one item of a list; undefined if it is gone. An item that one side deleted and the other changed stays. */
export function mergeItem(base: Value, mine: Value, theirs: Value, options: MergeOptions): Value {
  if (mine !== undefined && theirs !== undefined) return merge(base, mine, theirs, options)
  const left = mine === undefined ? theirs : mine
  if (base === undefined) return left
  if (isEqual(left, base)) return
  options.onLost?.()
  return left
}

/**
 * Puts merged items in the order of the leading list. What only the other list has stands behind its nearest predecessor
 * there that both have, after what the leading list inserted behind that one; in front of all if it has only successors;
 * at the end if the lists share nothing.
 */
export function interleave(leading: Items, other: Items, merged: Items): Json[] {
  const isShared = (id: string): boolean => merged.has(id) && leading.has(id) && other.has(id)
  const followers = new Map<string | undefined, string[]>()
  let anchor: string | undefined
  for (const id of other.keys()) {
    if (isShared(id)) anchor = id
    else if (merged.has(id)) followers.set(anchor, [...(followers.get(anchor) ?? []), id])
  }
  const order: string[] = []
  const follow = (id: string | undefined): void => {
    for (const follower of followers.get(id) ?? []) order.push(follower)
    followers.delete(id)
  }
  anchor = undefined
  if ([...leading.keys()].some(isShared)) follow(undefined)
  for (const id of leading.keys()) {
    if (isShared(id)) {
      follow(anchor)
      anchor = id
    }
    if (merged.has(id)) order.push(id)
  }
  follow(anchor)
  return order.map((id) => merged.get(id) as Json)
}
