// The keys of mode `edits`: what server code stores, what an app sets, and how a stored value reads. Shares no code with src/.
import type { Book } from './reference-merge.ts'
import { identifyOption, type schema } from './schema.ts'

/** A value of the app without classes: a Map as an object, a Set as a list. */
export type Plain = string | number | boolean | undefined | readonly Plain[] | { readonly [name: string]: Plain }
export type PlainObject = { readonly [name: string]: Plain }
export type Key = Exclude<keyof typeof schema.def.shape, 'n'>

/**
 * How the value of a key merges. `ids`: a list whose items have ids; `items`: one whose items have none, or one id twice; `whole`: a
 * value whose members do not merge well, which is judged only if nobody else wrote the key.
 */
export type Kind = 'leaf' | 'object' | 'ids' | 'items' | 'whole'

const pick = (value: Plain, names: readonly string[]): PlainObject =>
  Object.fromEntries(names.flatMap((name) => ((value as PlainObject)[name] === undefined ? [] : [[name, (value as PlainObject)[name]]])))
const each =
  (read: (item: Plain) => Plain) =>
  (stored: Plain): Plain =>
    (stored as readonly Plain[]).map(read)

/** What is known of a key. */
export interface KeyRules {
  readonly kind: Kind
  readonly fallback: Plain
  /** Reads a stored value as the app does. */
  readonly read: (stored: Plain) => Plain
  /** Values that server code stores: of newer deploys with members that the schema does not know, and of older ones. */
  readonly planted: readonly Plain[]
  /** Values that an app sets as they are. */
  readonly literals: readonly Plain[]
  /** The member that the schema does not know, and what it has to be in each item or object that has it. */
  readonly unknown?: { readonly name: string; readonly ownerOf: (item: PlainObject) => string }
  /** What identifies an item of an `ids` list. @default its `id` */
  readonly idOf?: (item: PlainObject) => string
  /** What reference-merge.ts knows of the key; absent if it does not judge it. */
  readonly book?: Book
}

const ids = ['tea', 'milk', 'cake']
const carts = [[0], [0, 1], [1, 0, 2], []].map((chosen) => chosen.map((index) => ids[index] as string))
const asIs = (stored: Plain): Plain => stored
const ofId = ({ id }: PlainObject): string => `of ${id}`
const wareOf = ({ sku, size }: PlainObject): string => `${JSON.stringify(sku)}/${size}`
const ware = (sku: string | number, size: string): PlainObject => ({ sku, size, count: 1, price: `of ${wareOf({ sku, size })}` })
const toMode = (stored: Plain): Plain => {
  const { dark, mode } = stored as PlainObject
  return { mode: dark === undefined ? mode : dark ? 'dark' : 'light' }
}
const toLine = (stored: Plain): Plain => {
  const { id, quantity, count } = stored as PlainObject
  return { id, count: Number(quantity ?? count ?? 1) }
}
const toShape = (stored: Plain): Plain => pick(stored, (stored as PlainObject).kind === 'a' ? ['kind', 'x'] : ['kind', 'y'])

export const keyRules: Readonly<Record<Key, KeyRules>> = {
  theme: { kind: 'leaf', fallback: 'light', read: asIs, planted: ['dark', 'blue', 'light'], literals: ['dark', 'blue', 'light'] },
  form: {
    kind: 'object',
    fallback: { name: '', town: '' },
    read: (stored) => pick(stored, ['name', 'town', 'street']),
    planted: [
      { name: 'ann', town: '', zip: 'of form' },
      { name: '', town: 'rome', zip: 'of form' },
    ],
    literals: [
      { name: 'ann', town: '' },
      { name: 'bob', town: 'oslo', street: 'main' },
      { name: '', town: '' },
    ],
    unknown: { name: 'zip', ownerOf: () => 'of form' },
    book: {},
  },
  cart: {
    kind: 'ids',
    fallback: [],
    read: each((item) => pick(item, ['id', 'count'])),
    planted: carts.map((cart) => cart.map((id) => ({ id, count: 1, price: `of ${id}` }))),
    literals: [[], [{ id: 'cake', count: 2 }]],
    unknown: { name: 'price', ownerOf: ofId },
    book: {},
  },
  variants: {
    kind: 'items',
    fallback: [],
    read: each((item) => pick(item, ['id', 'size'])),
    planted: ['SM', 'MSL', 'LM'].map((sizes) => [...sizes].map((size) => ({ id: 'tea', size, stock: `of tea/${size}` }))),
    literals: [[], [{ id: 'tea', size: 'S' }]],
    unknown: { name: 'stock', ownerOf: ({ id, size }) => `of ${id}/${size}` },
    book: {},
  },
  notes: {
    kind: 'items',
    fallback: [],
    read: each((item) => pick(item, ['text'])),
    planted: carts.map((cart) => cart.map((text) => ({ text, from: `of ${text}` }))),
    literals: [[], [{ text: 'cake' }]],
    unknown: { name: 'from', ownerOf: ({ text }) => `of ${text}` },
    book: {},
  },
  names: { kind: 'items', fallback: [], read: asIs, planted: carts, literals: [[], ['cake'], ['tea', 'tea']], book: {} },
  place: {
    kind: 'items',
    fallback: [0, 0],
    read: asIs,
    planted: [
      [52, 13],
      [40, 13],
    ],
    literals: [
      [48, 11],
      [0, 0],
    ],
    book: {},
  },
  // Two wares that the option `identify` alone tells apart, and a sku that is a number or its text.
  wares: {
    kind: 'ids',
    fallback: [],
    read: each((item) => pick(item, ['sku', 'size', 'count'])),
    planted: [
      [ware('1', 'S'), ware(1, 'S'), ware(1, 'M')],
      [ware(1, 'M'), ware('1', 'S')],
    ],
    literals: [[], [{ sku: 1, size: 'S', count: 2 }]],
    unknown: { name: 'price', ownerOf: (item) => `of ${wareOf(item)}` },
    idOf: wareOf,
    book: { names: identifyOption.wares },
  },
  rows: {
    kind: 'ids',
    fallback: [],
    read: each((item) => pick(item, ['key', 'text'])),
    planted: carts.map((cart) => cart.map((key) => ({ key, text: 'a', from: `of ${key}` }))),
    literals: [[], [{ key: 'cake', text: 'b' }]],
    unknown: { name: 'from', ownerOf: ({ key }) => `of ${key}` },
    idOf: ({ key }) => String(key),
    book: {},
  },
  top: {
    kind: 'whole',
    fallback: [],
    read: asIs,
    planted: [['tea'], ['tea', 'milk'], ['cake', 'tea', 'milk']],
    literals: [[], ['s', 'cake']],
    book: { fits: (value) => (value as readonly Plain[]).length <= 3 },
  },
  lines: {
    kind: 'ids',
    fallback: [],
    read: each(toLine),
    planted: carts.map((cart) => cart.map((id) => ({ id, quantity: 3, price: `of ${id}` }))),
    literals: [[], [{ id: 'cake', count: 2 }]],
    unknown: { name: 'price', ownerOf: ofId },
    book: {},
  },
  prefs: {
    kind: 'whole',
    fallback: undefined,
    read: toMode,
    planted: [{ dark: true }, { dark: false }],
    literals: [{ mode: 'dark' }, { mode: 'light' }],
  },
  shape: {
    kind: 'whole',
    fallback: undefined,
    read: toShape,
    planted: [
      { kind: 'a', x: '1', y: '9' },
      { kind: 'b', y: '2' },
    ],
    literals: [{ kind: 'b' }, { kind: 'a', x: '3' }, { kind: 'b', y: '4' }],
  },
  bag: {
    kind: 'whole',
    fallback: {},
    read: (stored) => Object.fromEntries(stored as [string, number][]),
    planted: [[['ann', 1]], []],
    literals: [{}, { bob: 2 }],
  },
  tags: {
    kind: 'items',
    fallback: [],
    read: (stored) => [...(stored as string[])].sort(),
    planted: [['x'], ['x', 'y']],
    literals: [[], ['z']],
  },
}

/** The keys but `n`, whose increments are counted. */
export const editKeys = Object.keys(keyRules) as readonly Key[]

/** What a stored value reads as; the default if nothing is stored. */
export function readStored(key: Key, stored: unknown): Plain {
  return stored === undefined ? keyRules[key].fallback : keyRules[key].read(stored as Plain)
}

/** A value that the client gives, without its classes. */
export function toPlain(value: unknown): Plain {
  if (value instanceof Map) return Object.fromEntries(value)
  if (value instanceof Set) return [...value].sort()
  return value as Plain
}

/** A plain value as the app passes it. */
export function toApp(key: Key, value: Plain): unknown {
  if (key === 'bag') return new Map(Object.entries(value as Record<string, number>))
  return key === 'tags' ? new Set(value as string[]) : value
}
