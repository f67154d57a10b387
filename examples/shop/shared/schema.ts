// Owns the shape of the session, for the page and for the server. It has no effects, so that both can import it.
import * as z from 'zod'

/** A Date in the app, text on the wire. */
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

/** The keys of the session. The server exposes these and no others. */
export const schema = z.object({
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

/** The keys that the server alone writes. */
export const readOnly = ['lastOrder'] as const
