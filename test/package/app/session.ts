// An app's session over the installed package. Compiles only if the declarations give precise types.
import { createSessionClient, type SessionClient, type SessionKeyState } from 'sojourn'
import * as z from 'zod'

/** One key of each kind: with a default, without one, and one whose app side is no JSON. */
const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  coupon: z.string(),
  seen: z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }).optional(),
})

interface Values {
  theme: 'light' | 'dark'
  coupon: string | undefined
  seen: Date | undefined
}

export const session = createSessionClient({ url: '/session', schema })

/** Compiles only if the declarations give the values' own types, and not `any`. */
export const theme: 'light' | 'dark' = session.peek('theme')
export const state: SessionKeyState = session.key('coupon').getState()
export const asParameter: Pick<SessionClient<Values>, 'peek'> = session

// @ts-expect-error a value that the schema does not know
export const wrongValue: () => Promise<void> = () => session.set('theme', 'blue')
// @ts-expect-error a key that the schema does not know
export const wrongKey: () => unknown = () => session.peek('them')
