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

/** Lists whose items have an id and a count. */
const counted: Readonly<Record<ChangeName, (items: readonly PlainObject[], id: string) => Plain>> = {
  add: (items, id) =>
    items.some((item) => item.id === id)
      ? items.map((item) => (item.id === id ? { ...item, count: Number(item.count) + 1 } : item))
      : [...items, { id, count: 1 }],
  remove: (items, id) => items.filter((item) => item.id !== id),
  // The first item is replaced by another, in its place.
  edit: (items, id) => [{ id, count: 1 }, ...items.slice(1).filter((item) => item.id !== id)],
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
  if (key === 'cart' || key === 'lines') return counted[name](value as readonly PlainObject[], argument)
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
