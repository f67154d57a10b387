import { z } from 'zod'

const isoDateTime = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

export const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  cart: z.array(z.string()).default([]),
  lastSeen: isoDateTime.optional(),
})
