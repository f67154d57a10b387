// What the app makes of a value: pure changes of plain values, and the same for the Map and the Set that the client gives. perform.ts calls it.
import { type Key, keyRules, type Plain, type PlainObject, toPlain } from './keys.ts'

/** What may be done to a value. */
export const changeNames = ['add', 'remove', 'edit', 'move'] as const
export type ChangeName = (typeof changeNames)[number]

type Items = readonly Plain[]
type Change = (value: Plain, argument: string) => Plain

const toItem: Readonly<Partial<Record<Key, (argument: string) => Plain>>> = {
  variants: (argument) => ({ id: 'tea', size: argument.slice(0, 1).toUpperCase() }),
  notes: (text) => ({ text }),
}
const itemOf = (key: Key, argument: string): Plain => toItem[key]?.(argument) ?? argument

/** The new item of a list whose items have an identity, and what one more of it is. */
const toNamed: Readonly<Partial<Record<Key, (argument: string) => PlainObject>>> = {
  cart: (id) => ({ id, count: id.length }),
  lines: (id) => ({ id, count: id.length }),
  // Four letters are four wares: a number or its text, in two sizes.
  wares: (text) => ({ sku: text.length > 3 ? 1 : '1', size: 'tc'.includes(text.slice(0, 1)) ? 'S' : 'M', count: text.length }),
  rows: (key) => ({ key, text: 'a' }),
}
const toMore = (item: PlainObject, more: PlainObject): PlainObject =>
  item.count === undefined ? { ...item, text: `${item.text}+` } : { ...item, count: Number(item.count) + Number(more.count) }

/** Lists whose items have an identity. */
const named: Readonly<
  Record<ChangeName, (items: readonly PlainObject[], item: PlainObject, isItem: (other: PlainObject) => boolean) => Plain>
> = {
  add: (items, item, isItem) => (items.some(isItem) ? items.map((one) => (isItem(one) ? toMore(one, item) : one)) : [...items, item]),
  remove: (items, _, isItem) => items.filter((one) => !isItem(one)),
  // The first item is replaced by another, in its place.
  edit: (items, item, isItem) => [item, ...items.slice(1).filter((one) => !isItem(one))],
  move: (items) => [...items].reverse(),
}

const uncounted: Readonly<Record<ChangeName, (items: Items, item: Plain) => Plain>> = {
  add: (items, item) => [...items, item],
  remove: (items) => items.slice(1),
  edit: (items, item) => [item, ...items.slice(1)],
  move: (items) => [...items].reverse(),
}

const formChanges: Readonly<Record<ChangeName, Change>> = {
  add: (form, name) => ({ ...(form as PlainObject), name }),
  remove: (form) => ({ ...(form as PlainObject), name: '' }),
  edit: (form, town) => ({ ...(form as PlainObject), town }),
  move: (form, street) => ({ ...(form as PlainObject), street }),
}

/** What a change makes of a value of a key. */
export function applyChange(key: Key, name: ChangeName, argument: string, value: Plain): Plain {
  if (key === 'form') return formChanges[name](value, argument)
  const item = toNamed[key]?.(argument)
  const idOf = keyRules[key].idOf ?? (({ id }) => String(id))
  if (item) return named[name](value as readonly PlainObject[], item, (one) => idOf(one) === idOf(item))
  // The schema takes no longer list, and an app does not ask for one.
  if (key === 'top' && name === 'add' && (value as Items).length >= 3) return value
  if (key === 'place') return [Number((value as Items)[0]) + 1, ...(value as Items).slice(1)]
  if (key === 'bag') return name === 'remove' ? {} : { ...(value as PlainObject), [argument]: 1 }
  if (key === 'tags') return name === 'remove' ? [] : [...new Set([...(value as string[]), argument])].sort()
  if (keyRules[key].kind === 'items') return uncounted[name](value as Items, itemOf(key, argument))
  const literals = keyRules[key].literals
  return literals[argument.length % literals.length]
}

/** The same, as an app does it that changes its Map or Set in place. */
export function changeInPlace(key: Key, name: ChangeName, argument: string, value: unknown): unknown {
  if (value instanceof Map) {
    if (name === 'remove') value.clear()
    else value.set(argument, 1)
    return value
  }
  if (value instanceof Set) {
    if (name === 'remove') value.clear()
    else value.add(argument)
    return value
  }
  return applyChange(key, name, argument, toPlain(value))
}
