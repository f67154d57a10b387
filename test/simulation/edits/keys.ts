// The keys of mode `edits`: what the client's schema says, what server code stores, and how a stored value reads. Shares no code with src/.
import * as z from 'zod/mini'

const Named = z.object({ id: z.string(), count: z.number() })
/** Older deploys stored `dark`. */
const prefs = z.codec(z.union([z.object({ dark: z.boolean() }), z.object({ mode: z.string() })]), z.object({ mode: z.string() }), {
  decode: (stored) => ('dark' in stored ? { mode: stored.dark ? 'dark' : 'light' } : stored),
  encode: (value) => value,
})
/** Older deploys stored `quantity`. */
const line = z.codec(z.looseObject({ id: z.string() }), Named, {
  decode: ({ id, quantity, count }) => ({ id, count: Number(quantity ?? count ?? 1) }),
  encode: (value) => value,
})
const pairs = z.array(z.tuple([z.string(), z.number()]))
const bag = z.codec(pairs, z.map(z.string(), z.number()), { decode: (stored) => new Map(stored), encode: (map) => [...map] })
const tags = z.codec(z.array(z.string()), z.set(z.string()), { decode: (stored) => new Set(stored), encode: (set) => [...set] })
const shape = z.union([z.object({ kind: z.literal('a'), x: z.string() }), z.object({ kind: z.literal('b'), y: z.optional(z.string()) })])

/** The schema of the client in mode `edits`. */
export const schema = z.object({
  n: z._default(z.number(), 0),
  theme: z._default(z.string(), 'light'),
  form: z._default(z.object({ name: z.string(), town: z.string(), street: z.optional(z.string()) }), { name: '', town: '' }),
  cart: z._default(z.array(Named), []),
  variants: z._default(z.array(z.object({ id: z.string(), size: z.string() })), []),
  notes: z._default(z.array(z.object({ text: z.string() })), []),
  names: z._default(z.array(z.string()), []),
  place: z._default(z.array(z.number()), [0, 0]),
  lines: z._default(z.array(line), []),
  prefs: z.optional(prefs),
  shape: z.optional(shape),
  bag: z._default(bag, new Map()),
  tags: z._default(tags, new Set()),
})

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
}

const ids = ['tea', 'milk', 'cake']
const carts = [[0], [0, 1], [1, 0, 2], []].map((chosen) => chosen.map((index) => ids[index] as string))
const asIs = (stored: Plain): Plain => stored
const ofId = ({ id }: PlainObject): string => `of ${id}`
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
  },
  cart: {
    kind: 'ids',
    fallback: [],
    read: each((item) => pick(item, ['id', 'count'])),
    planted: carts.map((cart) => cart.map((id) => ({ id, count: 1, price: `of ${id}` }))),
    literals: [[], [{ id: 'cake', count: 2 }]],
    unknown: { name: 'price', ownerOf: ofId },
  },
  variants: {
    kind: 'items',
    fallback: [],
    read: each((item) => pick(item, ['id', 'size'])),
    planted: ['SM', 'MSL', 'LM'].map((sizes) => [...sizes].map((size) => ({ id: 'tea', size, stock: `of tea/${size}` }))),
    literals: [[], [{ id: 'tea', size: 'S' }]],
    unknown: { name: 'stock', ownerOf: ({ id, size }) => `of ${id}/${size}` },
  },
  notes: {
    kind: 'items',
    fallback: [],
    read: each((item) => pick(item, ['text'])),
    planted: carts.map((cart) => cart.map((text) => ({ text, from: `of ${text}` }))),
    literals: [[], [{ text: 'cake' }]],
    unknown: { name: 'from', ownerOf: ({ text }) => `of ${text}` },
  },
  names: { kind: 'items', fallback: [], read: asIs, planted: carts, literals: [[], ['cake'], ['tea', 'tea']] },
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
  },
  lines: {
    kind: 'ids',
    fallback: [],
    read: each(toLine),
    planted: carts.map((cart) => cart.map((id) => ({ id, quantity: 3, price: `of ${id}` }))),
    literals: [[], [{ id: 'cake', count: 2 }]],
    unknown: { name: 'price', ownerOf: ofId },
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
