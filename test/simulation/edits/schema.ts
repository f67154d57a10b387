// What the clients of mode `edits` are created with: their schema and the option `identify`. tab.ts passes both. Shares no code with src/.
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
  wares: z._default(z.array(z.object({ sku: z.union([z.string(), z.number()]), size: z.string(), count: z.number() })), []),
  rows: z._default(z.array(z.object({ key: z.string(), text: z.string() })), []),
  top: z._default(z.array(z.string()).check(z.maxLength(3)), []),
  lines: z._default(z.array(line), []),
  prefs: z.optional(prefs),
  shape: z.optional(shape),
  bag: z._default(bag, new Map()),
  tags: z._default(tags, new Set()),
})

/** The option `identify` of the client in mode `edits`. */
export const identifyOption = { wares: ['sku', 'size'] } as const
