import type { JsonObject } from '../src/protocol/json.ts'
import {
  createMemoryStore,
  createSessionHandler,
  type ServerSession,
  type SessionHandlerOptions,
  type SessionStore,
} from '../src/server/index.ts'

/** What server code sees of a session, after it ran. */
export interface SessionView {
  readonly data: JsonObject
  readonly lineage: string | null
  readonly identity: string | null
}

/**
 * The server behind the network: everything that a mock server asks of it. The one backend is the real handler over
 * the memory store; others (the ways in which Django keeps sessions) would stand in its place.
 */
export interface MockBackend {
  /** Answers a request to the session. */
  handle(request: Request): Promise<Response>
  /** Runs server code on the session that a request's cookie names; cookies that it sets are on the answer. */
  serve(request: Request, run: (session: ServerSession) => Response | Promise<Response>): Promise<Response>
  /** Ends the session that a request's cookie names, as time does: the cookie is left. */
  expire(request: Request): Promise<void>
}

/** Makes a server with an empty store. */
export function createBackend(options: Omit<SessionHandlerOptions, 'store'> & { readonly now: () => number }): MockBackend {
  const store = createMemoryStore({ now: options.now })
  const handler = createSessionHandler({ ...options, store })
  return {
    handle: handler,
    serve: async (request, run) => {
      const session = await handler.open(request)
      return session.respond(await run(session))
    },
    expire: async (request) => {
      // Which entry a cookie leads to is the handler's own matter, so it is asked: what it reads for this request goes.
      const read: string[] = []
      const spy: SessionStore = {
        ...store,
        read: (id) => {
          read.push(id)
          return store.read(id)
        },
      }
      await createSessionHandler({ ...options, store: spy }).open(request)
      for (const id of read) {
        const entry = await store.read(id)
        if (entry) await store.remove(id, entry.revision)
      }
    },
  }
}
