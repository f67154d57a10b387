// A second, plain implementation of docs/merging.md, rules 1 to 9 and 12. edit-log.ts judges by it what a single set may store. Shares no
// code with src/, and is slow on purpose: it looks at all items of a list again for each question.
import { isSame } from '../model.ts'
import type { Plain, PlainObject } from './keys.ts'

/** What a merge gives, and whether a leaf that both sides changed is lost. */
export interface Merged {
  readonly value: Plain
  readonly isLost: boolean
}

/** What the merge of a key knows. */
export interface Book {
  /** The members that identify an item, before `id` and `key`. */
  readonly names?: readonly string[] | undefined
  /** Whether the schema takes a value. */
  readonly fits?: ((value: Plain) => boolean) | undefined
}

type Items = readonly Plain[]
type Sides = readonly [base: Plain, mine: Plain, theirs: Plain]

const isObject = (value: Plain): value is PlainObject => typeof value === 'object' && !Array.isArray(value)
const isList = (value: Plain): value is Items => Array.isArray(value)
const clean = (value: Plain): Merged => ({ value, isLost: false })

/** Text that is the same for values that are the same. */
function textOf(value: Plain): string {
  if (isList(value)) return `[${value.map(textOf).join()}]`
  if (!isObject(value)) return String(JSON.stringify(value))
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${name}:${textOf(value[name])}`)
    .join()}}`
}

/** The id of an item; undefined if it has none. */
function idOf(item: Plain, names: readonly string[]): string | undefined {
  if (!isObject(item)) return
  for (const members of [names, ['id'], ['key']]) {
    const parts = members.map((name) => item[name])
    if (parts.length > 0 && parts.every((part) => ['string', 'number'].includes(typeof part))) return `${members}=${JSON.stringify(parts)}`
  }
}

/** Rules 3 and 4: the identity of each item of three lists, and whether it is an id. */
function identitiesOf(lists: readonly Items[], names: readonly string[]): { readonly of: string[][]; readonly hasIds: boolean } {
  const ids = lists.map((items) => items.map((item) => idOf(item, names)))
  const isTwice = ids.some((list) => list.some((id, at) => id !== undefined && list.indexOf(id) < at))
  const numberOf = (items: Items, at: number): number => items.slice(0, at).filter((one) => textOf(one) === textOf(items[at])).length
  const of = lists.map((items, list) =>
    items.map((item, at) => {
      const id = isTwice ? undefined : ids[list]?.[at]
      return id === undefined ? `value ${textOf(item)} ${numberOf(items, at)}` : `id ${id}`
    }),
  )
  return { of, hasIds: of.flat().some((identity) => identity.startsWith('id ')) }
}

/** Rule 5: place by place, each place a leaf. */
function mergePlaces([base, mine, theirs]: readonly [Items, Items, Items]): Merged {
  const places = mine.map((item, at): Merged => {
    const [was, others] = [base[at], theirs[at]]
    if (isSame(item, was)) return clean(others)
    return { value: item, isLost: !isSame(others, was) && !isSame(item, others) }
  })
  return { value: places.map(({ value }) => value), isLost: places.some(({ isLost }) => isLost) }
}

/** Rules 7 and 8: the order of what is kept. */
function orderOf([was, ours, others]: readonly string[][] & { readonly length: 3 }, isKept: (identity: string) => boolean): string[] {
  const [base, mine, theirs] = [was ?? [], ours ?? [], others ?? []]
  const common = (list: readonly string[]): string =>
    list.filter((one) => [base, mine, theirs].every((all) => all.includes(one))).join('\n')
  const isMineLeading = common(mine) !== common(base) && common(theirs) === common(base)
  const [leading, following] = isMineLeading ? [mine, theirs] : [theirs, mine]
  const order = leading.filter(isKept)
  const isShared = (identity: string): boolean => isKept(identity) && leading.includes(identity) && following.includes(identity)
  if (!order.some(isShared)) return [...order, ...following.filter(isKept)]
  let at = 0
  for (const identity of following.filter(isKept)) {
    if (isShared(identity)) {
      at = order.indexOf(identity) + 1
      while (at < order.length && !isShared(order[at] as string)) at++
    } else order.splice(at++, 0, identity)
  }
  return order
}

function mergeLists(lists: readonly [Items, Items, Items], names: readonly string[]): Merged {
  const { of, hasIds } = identitiesOf(lists, names)
  const [was, ours, others] = of as [string[], string[], string[]]
  const staysIn = (list: readonly string[]): boolean =>
    list.length === was.length && list.every((identity, at) => !was.includes(identity) || was[at] === identity)
  if (!hasIds && staysIn(ours) && staysIn(others)) return mergePlaces(lists)
  let isLost = false
  const find = (list: 0 | 1 | 2, identity: string): Plain => lists[list][(of[list] as string[]).indexOf(identity)]
  const items = new Map<string, Plain>()
  for (const identity of new Set([...others, ...ours])) {
    const [base, mine, theirs] = [find(0, identity), find(1, identity), find(2, identity)]
    // Rule 6: what one side deleted stays only if the other has changed it.
    const left = mine === undefined ? theirs : mine
    const one: Merged | undefined =
      mine !== undefined && theirs !== undefined
        ? mergeByTheBook([base, mine, theirs], names)
        : base === undefined
          ? clean(left)
          : isSame(left, base)
            ? undefined
            : { value: left, isLost: true }
    isLost ||= one?.isLost === true
    if (one) items.set(identity, one.value)
  }
  const order = orderOf([was, ours, others], (identity) => items.has(identity))
  return { value: order.map((identity) => items.get(identity)), isLost }
}

/** Rule 1, and the others for lists. */
function mergeByTheBook([base, mine, theirs]: Sides, names: readonly string[]): Merged {
  if (isSame(mine, base)) return clean(theirs)
  if (isSame(theirs, base) || isSame(mine, theirs)) return clean(mine)
  if (isList(mine) && isList(theirs)) return mergeLists([isList(base) ? base : [], mine, theirs], names)
  if (!isObject(mine) || !isObject(theirs)) return { value: mine, isLost: true }
  const members = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])].map((name) => {
    const of = (value: Plain): Plain => (isObject(value) ? value[name] : undefined)
    return [name, mergeByTheBook([of(base), of(mine), of(theirs)], names)] as const
  })
  return {
    value: Object.fromEntries(members.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]]))),
    isLost: members.some(([, { isLost }]) => isLost),
  }
}

/** Merges what a set writes with what is stored by then. */
export function mergeBook(sides: Sides, { names = [], fits = () => true }: Book): Merged {
  const merged = mergeByTheBook(sides, names)
  // Rule 12.
  return fits(merged.value) ? merged : { value: sides[1], isLost: true }
}

/**
 * Returns what a set may have become on the way to its commit: the states that the server held since, in their order, and the client has
 * seen any of them but the last for certain.
 *
 * @param states what the key was, from what the client started from to what its commit was stored on
 */
export function pathsOf(mine: Plain, states: readonly Plain[], book: Book): Merged[] {
  const [first, ...rest] = states
  const last = rest.at(-1)
  let paths: { readonly base: Plain; readonly merged: Merged }[] = [{ base: first, merged: clean(mine) }]
  const step = ({ base, merged: { value, isLost } }: (typeof paths)[number], next: Plain): (typeof paths)[number] => {
    const merged = mergeBook([base, value, next], book)
    return { base: next, merged: { value: merged.value, isLost: isLost || merged.isLost } }
  }
  for (const state of rest.slice(0, -1)) paths = [...paths, ...paths.map((path) => step(path, state))]
  return rest.length === 0 ? paths.map(({ merged }) => merged) : paths.map((path) => step(path, last).merged)
}
