// The schema and the calls that simulated apps make. The model knows the same ones.
import * as z from 'zod/mini'
import type { SessionTransaction } from '../../src/client/types.ts'

/** One key for each kind of value and each policy. `x` is not in it: a newer deploy writes that. */
export const schema = z.object({
  n: z._default(z.number(), 0),
  f: z._default(z.number(), 0),
  l: z._default(z.array(z.string()), []),
  o: z._default(z.record(z.string(), z.string()), {}),
  r: z.optional(z.string()),
  m: z.optional(z.string()),
  t: z.optional(z.string()),
  j: z.optional(z.string()),
})

/** The same with a key that only server code writes, for histories whose servers have lists. */
export const listSchema = z.extend(schema, { w: z.optional(z.string()) })

export interface Values {
  n: number
  f: number
  l: string[]
  o: Record<string, string>
  r: string | undefined
  m: string | undefined
  t: string | undefined
  j: string | undefined
  w?: string | undefined
}

export const keys = Object.keys(schema.def.shape) as readonly (keyof Values)[]

/** The policies of the client, as the model has them too. */
export const policies = {
  m: 'mine',
  t: 'theirs',
  j: 'reject',
  f: ({ mine, theirs }: { mine: unknown; theirs: unknown }): number => Math.max(Number(mine ?? 0), Number(theirs ?? 0)),
} as const

type Tx = SessionTransaction<Values>

/** The app's functions for `update`, by key. */
export function toChange(key: string, id: string): (current: unknown) => unknown {
  switch (key) {
    case 'n':
    case 'f':
      return (current) => (current as number) + 1
    case 'l':
      return (current) => [...(current as string[]), id]
    case 'o':
      return (current) => ({ ...(current as object), [`u${Number(id.replace(/\D/g, '')) % 3}`]: id })
    default:
      return (current) => `${id}<${String(current ?? '').slice(0, 6)}`
  }
}

/** The app's transactions. */
export const transactions: Readonly<Record<string, (tx: Tx, id: string) => unknown>> = {
  move(tx, id) {
    const { length } = tx.get('l')
    tx.set('r', `${id}:${length}`)
    tx.update('n', (n) => n + 1)
    return length
  },
  flip(tx, id) {
    const isThere = tx.has('r')
    if (isThere) tx.delete('r')
    else tx.set('r', id)
    return isThere
  },
  keys(tx, id) {
    const found = tx.keys().sort().join()
    tx.set('m', `${id}:${found}`)
    return found
  },
  look: (tx) => tx.get('n') + tx.get('l').length,
  limit(tx, id) {
    tx.update('l', (l) => [...l, id])
    const n = tx.get('n')
    if (n % 3 !== 0) throw new RangeError('the limit is reached')
    tx.set('n', n + 1)
    return id
  },
  guard(tx, id) {
    const j = tx.get('j')
    tx.update('l', (l) => [...l, `${id}=${j ?? ''}`])
    return j
  },
}
