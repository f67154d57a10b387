// Codecs that the tests of schemas share.
import * as z from 'zod/mini'

/** A Date in the app, text on the wire. */
export const isoDate = z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() })

/** A Map in the app, an object on the wire. */
export const stringMap = z.codec(z.record(z.string(), z.number()), z.map(z.string(), z.number()), {
  decode: (record) => new Map(Object.entries(record)),
  encode: (map) => Object.fromEntries(map),
})

/** A codec whose own code throws, on one side for 'decode' and on the other for 'encode'. */
export const throwing = z.codec(z.string(), z.string(), {
  decode: (text) => (text === 'decode' ? (JSON.parse('{') as string) : text),
  encode: (text) => (text === 'encode' ? (JSON.parse('{') as string) : text),
})
