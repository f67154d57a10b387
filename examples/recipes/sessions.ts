// Creates the sessions of the recipes: an app imports its own schema and gives a store of docs/stores.md.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { z } from 'zod'

const schema = z.object({ theme: z.enum(['light', 'dark']).default('light'), cart: z.array(z.string()).default([]) })

/** Creates them. Over plain http not every browser keeps a Secure cookie; behind TLS leave `cookie` out. */
export const createSessions = () => createSessionHandler({ store: createMemoryStore(), schema, cookie: { name: 'sid', secure: false } })

/** What the client and the server code of a recipe share. */
export type RecipeSessions = ReturnType<typeof createSessions>

/** A server that listens. */
export interface Served {
  readonly port: number
  close(): Promise<unknown>
}
