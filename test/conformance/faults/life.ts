// Faulty servers for the checks of cookies, expiry, concurrency and server code.
import type { SessionHandler, SessionStore } from 'sojourn/server'
import { createMemoryStore } from 'sojourn/server'
import { rewrite, storedDataOf } from '../../../src/server/server-session.ts'
import type { Answering, TestServerOptions } from '../server.ts'
import { answers, commits, type Faults, forgetful, keyOf, rebuild, setCookie, states, withFields } from './plant.ts'

/** The browser gets short numbers in the place of keys. */
function counting(handler: SessionHandler) {
  const keys: string[] = []
  return async (request: Request) => {
    const headers = new Headers(request.headers)
    headers.set(
      'Cookie',
      (headers.get('Cookie') ?? '').replace(/(__Host-session=)k(\d+)/, (_, name, index) => `${name}${keys[Number(index)]}`),
    )
    const response = await handler(await rebuild(request, headers))
    const key = /__Host-session=([^;]{43})/.exec(response.headers.get('Set-Cookie') ?? '')?.[1]
    if (key === undefined) return response
    if (!keys.includes(key)) keys.push(key)
    return withFields(response, setCookie(`k${keys.indexOf(key)}`))
  }
}

/** The old key goes on as if it were the new one, whoever changed it. */
function lasting(): Pick<TestServerOptions, 'wrap' | 'wrapControl'> {
  const successors = new Map<string, string>()
  const leadOn = async (answer: Answering, request: Request): Promise<Response> => {
    const headers = new Headers(request.headers)
    const before = keyOf(request)
    const successor = successors.get(before)
    if (successor !== undefined) headers.set('Cookie', `__Host-session=${successor}`)
    const response = await answer(await rebuild(request, headers))
    const key = /__Host-session=([^;]{43})/.exec(response.headers.get('Set-Cookie') ?? '')?.[1]
    if (key !== undefined && before !== '' && key !== before) successors.set(before, key)
    return response
  }
  return { wrap: (handler) => (request) => leadOn(handler, request), wrapControl: (control) => (request) => leadOn(control, request) }
}

/** A commit that changed the key is not known under the old one. */
function graceless(handler: SessionHandler) {
  const seen = new Set<string>()
  return async (request: Request) => {
    const name = `${keyOf(request)} ${request.headers.get('Idempotency-Key')}`
    const headers = new Headers(request.headers)
    if (request.method === 'PATCH' && seen.has(name)) headers.delete('Cookie')
    seen.add(name)
    return handler(await rebuild(request, headers))
  }
}

/** Sets the cookie with each answer to a commit that has a member. */
const generous = (member: string) =>
  answers({ method: 'PATCH', status: 200 }, (response, { body, cookie }) =>
    cookie && body?.[member] !== undefined ? withFields(response, setCookie(cookie)) : response,
  )

/** Another expiry than the one that was asked for. */
const expiring = (change: (expiry: unknown) => unknown) =>
  commits((commit) => ('expiry' in commit ? { ...commit, expiry: change(commit.expiry) } : commit))

/** Reads, thinks, and writes whatever is there by then. */
function createRacyStore(now: () => number): SessionStore {
  const store = createMemoryStore({ now })
  return {
    ...store,
    read: async (id) => {
      const entry = await store.read(id)
      await new Promise((resolve) => setTimeout(resolve, 1))
      return entry
    },
    write: async (write) => store.write({ ...write, expected: (await store.read(write.id))?.revision ?? null }),
  }
}

/** The server's own code does something else at an event. */
function controlling(event: string, act: (handler: SessionHandler, request: Request, order: { identity?: string }) => Promise<Response>) {
  return {
    wrapControl: (control, handler) => async (request) => {
      const order = await request.clone().json()
      return order.event === event ? act(handler, request, order) : control(request)
    },
  } satisfies Pick<TestServerOptions, 'wrapControl'>
}

const doNothing = async (): Promise<Response> => new Response(null, { status: 204 })

/** Versions that only commits change. */
function unnoticing() {
  const versions = new Map<string | null, string>()
  return states({ status: 200 }, (state, { request }) => {
    if (request.method === 'PATCH') versions.set(state.lineage, state.version)
    return { ...state, version: versions.get(state.lineage) ?? state.version }
  })
}

/** Faults of the cookie, of the expiry, and of what the server's own code does. */
export const lifeFaults: Faults = {
  'cookie-has-its-flags': { cookie: { name: 'sid', secure: false }, sees: 'the cookie sid lacks Secure, the prefix __Host-' },
  'keys-are-random': { wrap: counting, sees: 'a key of 2 characters' },
  'cookie-is-set-only-where-needed': { wrap: generous('delete'), sees: 'was answered with a Set-Cookie' },
  'refusals-set-no-cookie': {
    wrap: answers({ status: 409 }, (response, { cookie }) => withFields(response, setCookie(cookie))),
    sees: 'was answered with a Set-Cookie',
  },
  'same-expiry-sets-no-cookie': { wrap: generous('expiry'), sees: 'was answered with a Set-Cookie' },
  'cookie-outlives-the-session': {
    wrap: answers({ method: 'PATCH' }, (response) =>
      withFields(response, { 'Set-Cookie': `${setCookie('x')['Set-Cookie']}; Max-Age=3600` }),
    ),
    sees: 'the cookie of a session of 3600 s lives 3600 s',
  },
  'new-key-keeps-the-session': { wrap: commits(({ cycleKey: _, ...commit }) => commit), sees: 'was answered without a Set-Cookie' },
  'old-key-names-nothing': { ...lasting(), sees: 'what the old key reads' },
  'old-key-answers-its-commit': { wrap: graceless, sees: 'answered 410 gone instead of 200' },

  'expiry-in-seconds': { wrap: expiring(() => null), sees: 'the age after an expiry of 300 s' },
  'expiry-too-long-is-refused': {
    wrap: expiring((expiry) => (typeof expiry === 'number' ? Math.min(expiry, 1_209_600) : expiry)),
    sees: 'answered 200 instead of 422 expiry-too-long',
  },
  'expiry-date-is-cut': {
    wrap: states({ method: 'PATCH' }, (state, { body }) =>
      typeof body?.expiry === 'string'
        ? { ...state, expiry: { age: Math.floor((Date.parse(body.expiry) - Date.now()) / 1000), atBrowserClose: false } }
        : state,
    ),
    sees: 'the age after a date a day beyond',
  },
  'log-in-drops-the-wish': {
    ...controlling('log-in', async (handler, request, { identity = '' }) => {
      const session = await handler.open(request)
      await session.private.set('_identity', identity)
      await session.cycleKey()
      return session.respond(new Response(null, { status: 204 }))
    }),
    sees: 'the age after a log-in is 2',
  },
  'expiry-zero-goes-with-the-browser': {
    wrap: answers({ method: 'PATCH' }, (response, { body, cookie }) =>
      body?.expiry === 0 ? withFields(response, { 'Set-Cookie': `${setCookie(cookie)['Set-Cookie']}; Max-Age=100` }) : response,
    ),
    sees: 'the life of the cookie after an expiry of 0',
  },
  'expiry-null-is-the-policy': {
    wrap: expiring((expiry) => (expiry === null ? 300 : expiry)),
    sees: 'the age after an expiry of null',
  },
  'expiry-date-stays': {
    wrap: expiring((expiry) => (typeof expiry === 'string' ? 3600 : expiry)),
    sees: 'two seconds later a commit leaves',
  },
  'writing-extends': {
    wrap: commits((commit) => {
      const { lineage, base, after, ...members } = commit
      return Object.keys(members).length > 0 ? commit : { ...commit, expiry: new Date(Date.now() + 200_000).toISOString() }
    }),
    sees: 'a touch leaves',
  },
  'nothing-else-extends': { wrap: forgetful((_, commit) => 'expiry' in commit), sees: 'a repetition or a refusal says' },
  'what-is-over-is-over': { wrap: expiring((expiry) => (expiry === 1 ? 100 : expiry)), sees: 'what is read after an expiry of 1 s' },

  'server-writes-are-seen': { wrap: commits(({ expect: _, ...commit }) => commit), sees: 'answered 200 instead of 409 conflict' },
  'server-writes-change-the-version': { wrap: unnoticing(), sees: 'a write of the server leaves the version' },
  'server-made-session-has-one-lineage': {
    wrap: states({ method: 'PATCH' }, (state) => ({ ...state, lineage: 'stored' })),
    sees: 'the lineage after the first commit',
  },
  'derived-lineage-survives-a-new-key': {
    wrap: states({ method: 'GET' }, (state, { cookie }) => ({ ...state, lineage: state.lineage && `of-${cookie.slice(-9)}` })),
    sees: 'lineage and data after a change of key',
  },
  'new-key-of-the-server-keeps-the-session': {
    ...controlling('rotate', async (handler, request) => {
      const session = await handler.open(request)
      const data = storedDataOf(session)
      await session.flush()
      await rewrite(session, () => data)
      return session.respond(new Response(null, { status: 204 }))
    }),
    sees: 'lineage, data and `last` after a new key',
  },
  'old-key-of-the-server-names-nothing': { ...lasting(), sees: 'the lineage under the old key' },
  'key-before-a-log-in-names-nothing': { ...lasting(), sees: 'lineage and identity under the key of before' },
  'log-in-gives-a-new-key': {
    ...controlling('log-in', async (handler, request, { identity = '' }) => {
      const session = await handler.open(request)
      await session.private.set('_identity', identity)
      return session.respond(new Response(null, { status: 204 }))
    }),
    sees: 'the key after a log-in is the one before',
  },
  'log-in-as-another-is-another-session': {
    ...controlling('log-in', async (handler, request, { identity = '' }) => {
      const session = await handler.open(request)
      await session.private.set('_identity', identity)
      await session.cycleKey()
      return session.respond(new Response(null, { status: 204 }))
    }),
    sees: 'answered 200 instead of 410 gone',
  },
  'log-out-ends-the-session': { ...controlling('log-out', doNothing), sees: 'answered 200 instead of 410 gone' },
  'flushed-session-is-gone': { ...controlling('flush', doNothing), sees: 'answered 200 instead of 410 gone' },
  'expired-session-is-gone': { ...controlling('expire', doNothing), sees: 'answered 200 instead of 410 gone' },

  'writers-lose-no-key': { createStore: createRacyStore, sees: 'answered 409 out-of-step instead of 200' },
  'writers-count-each-once': { createStore: createRacyStore, sees: 'answered 409 out-of-step instead of 409 conflict' },
}
