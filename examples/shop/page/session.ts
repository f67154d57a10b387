import { createSessionClient, type DehydratedSession } from 'sojourn'
import * as z from 'zod'
import { createNetwork } from './network.ts'

/** A Date in the app, text on the wire. */
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  cart: z.array(z.object({ id: z.string(), quantity: z.number().int().positive() })).default([]),
  draft: z
    .object({
      step: z.union([z.literal(1), z.literal(2)]).default(1),
      name: z.string().default(''),
      town: z.string().default(''),
      by: z.enum(['post', 'counter']).default('post'),
      note: z.string().max(80).default(''),
    })
    .prefault({}),
  lastSeen: isoDate.optional(),
  lastOrder: z.object({ number: z.number().int(), cents: z.number().int(), at: isoDate }).optional(),
})

/** What the server put into the page (server/page.ts), so that the first paint is right. */
function readInitialState(): DehydratedSession | undefined {
  return JSON.parse(document.querySelector('#session-state')?.textContent ?? 'null') ?? undefined
}

export const network = createNetwork()

/** The one client of this page. React, Vue and the board below all show the cache that it keeps. */
export const session = createSessionClient({
  url: '/session',
  schema,
  initialState: readInitialState(),
  fetch: network.fetch,
  expiringMs: 10_000,
  // Two tabs may both say when the visitor was last seen; it is no matter who was first.
  conflict: { lastSeen: 'mine' },
})

/** The type of the page's client. */
export type Session = typeof session
