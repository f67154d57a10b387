// Implements a backend over stores: the real handler, and the events that remove entries from below it. Used by all engines but
// `signed_cookies`.
import type { SessionStore } from '../src/server/index.ts'
import { type BackendOptions, createBackendHandler, type MockBackend, refuse } from './backend.ts'
import type { Keeping } from './django/engine.ts'

/** Creates a backend over stores: the real handler for the endpoint, and another for the server's other code. */
export function createStoredBackend(options: BackendOptions, { endpoint, ordinary, evict, deleteRow, loadLate }: Keeping): MockBackend {
  const handler = createBackendHandler(options, endpoint)
  const otherCode = createBackendHandler(options, ordinary)

  // Only the handler knows which entries a cookie leads to, so a spy records what it reads for this request.
  const findIds = async (request: Request): Promise<readonly string[]> => {
    const read: string[] = []
    const spy: SessionStore = {
      ...endpoint,
      read: (id) => {
        read.push(id)
        return endpoint.read(id)
      },
    }
    await createBackendHandler(options, spy).open(request)
    return read
  }

  const toEach = async (request: Request, act: (id: string) => Promise<void>): Promise<void> => {
    for (const id of await findIds(request)) await act(id)
  }

  const expire = async (id: string): Promise<void> => {
    const entry = await endpoint.read(id)
    if (entry)
      await endpoint.write({ id, expected: entry.revision, entry: { ...entry, revision: crypto.randomUUID(), expiresAt: options.now() } })
  }

  return {
    handle: handler,
    serve: async (request, run) => {
      const session = await otherCode.open(request)
      return session.respond(await run(session))
    },
    expire: (request) => toEach(request, expire),
    evict: async (request) =>
      toEach(request, evict ?? refuse('evict a session', 'there is no cache. Set the option backend to cache or cached_db.')),
    deleteRow: async (request) =>
      toEach(request, deleteRow ?? refuse('delete a row', 'there are no rows. Set the option backend to db or cached_db.')),
    loadLate: async (request) => {
      const load = loadLate ?? refuse('fill the cache', 'there is no cache in front of rows. Set the option backend to cached_db.')
      const fills = await Promise.all((await findIds(request)).map(load))
      return () => {
        for (const fill of fills) fill()
      }
    },
  }
}
