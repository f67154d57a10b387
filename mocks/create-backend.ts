// Picks the backend for the option `backend`: our own store in memory, or the behaviour of one of Django's session engines.
import { createMemoryStore, type ServerSession } from '../src/server/index.ts'
import { rewrite } from '../src/server/server-session.ts'
import type { BackendOptions, MockBackend } from './backend.ts'
import { createCookieBackend } from './django/cookie-backend.ts'
import type { MockBackendName } from './django/engine.ts'
import { createKeeping } from './django/stored.ts'
import { createStoredBackend } from './stored-backend.ts'

/** Creates an empty backend: our own store in memory, or the behaviour of one of Django's session engines. */
export function createBackend(name: MockBackendName | undefined, options: BackendOptions): MockBackend {
  if (name === undefined) {
    const store = createMemoryStore({ now: options.now })
    return createStoredBackend(options, { endpoint: store, ordinary: store })
  }
  const backend = name === 'signed_cookies' ? createCookieBackend(options) : createStoredBackend(options, createKeeping(name, options.now))
  return { ...backend, serve: (request, run) => backend.serve(request, (session) => run(withDjangoLogin(session))) }
}

/** Django's `login()` does not rotate the key if the same user is signed in already. */
function withDjangoLogin(session: ServerSession): ServerSession {
  const signIn: ServerSession['signIn'] = (identity) =>
    session.identity === identity ? rewrite(session, (data) => data) : session.signIn(identity)
  return Object.create(session, { signIn: { value: signIn, enumerable: true } }) as ServerSession
}
