// Creates the real handlers of a history, one for each list of keys, over one store. server.ts calls it and sends requests to them.
import { jsonCodec } from '../../../src/server/exposure.ts'
import { createHandler, type SessionHandler } from '../../../src/server/handler.ts'
import type { SessionStore } from '../../../src/server/index.ts'
import type { Random } from '../random.ts'
import type { Lists } from './plan.ts'

/** What the handlers work with. */
export interface HandlerParts {
  readonly lists: Lists
  /** Draws the names of sessions and versions. */
  readonly names: Random
  readonly wallClock: () => number
  readonly maxAgeMs: number
  /** Returns the store as the handler of a list sees it. */
  readonly storeOf: (list: number) => SessionStore
  /** How often each key is refused yet. */
  readonly refusals: Map<string, number>
  readonly onError: (error: unknown) => void
}

/** Creates the handlers, in the order of the lists. */
export function createHandlers({ lists, names, wallClock, maxAgeMs, storeOf, refusals, onError }: HandlerParts): readonly SessionHandler[] {
  const maxSessionBytes = lists.plan?.maxSessionBytes
  return lists.exposed.map((keys, list) =>
    createHandler(
      {
        store: storeOf(list),
        now: wallClock,
        maxAgeMs,
        ...(maxSessionBytes !== undefined && { maxSessionBytes }),
        randomBytes(length) {
          const words = new Uint32Array(Math.ceil(length / 4))
          for (let index = 0; index < words.length; index++) words[index] = names.int(2 ** 32)
          return new Uint8Array(words.buffer, 0, length)
        },
        validate(data, { changed }) {
          const refused = changed.filter((key) => (refusals.get(key) ?? 0) > 0)
          for (const key of refused) refusals.set(key, (refusals.get(key) ?? 0) - 1)
          if (refused.length > 0) return refused.map((key) => ({ key, message: 'not now' }))
          // The app blames a private key: clients may not learn its name.
          const blamed = lists.plan && 'vault' in data ? { key: 'vault' } : {}
          return Object.values(data).some((value) => String(value).includes('bad')) ? [{ ...blamed, message: 'bad' }] : []
        },
        onError,
      },
      { keys, checks: new Map(), codec: jsonCodec },
    ),
  )
}
