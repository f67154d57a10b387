// Faulty servers for the checks of reads and states.
import type { SessionHandler } from 'sojourn/server'
import { rewrite } from '../../../src/server/server-session.ts'
import { answers, commits, type Faults, fields, requests, setCookie, states, withFields } from './plant.ts'

/** Has the server's own code write the session of a request, with every read. */
function writeOnRead(isMeant: (request: Request) => boolean) {
  return (handler: SessionHandler) => async (request: Request) => {
    if (request.method !== 'GET' || !isMeant(request)) return handler(request)
    const session = await handler.open(request)
    await rewrite(session, (data) => data)
    return session.respond(await handler(request))
  }
}

/** A replica that is one read behind. */
function lagging() {
  const last = new Map<string, string>()
  return states({ method: 'GET' }, (state, { request }) => {
    const client = request.headers.get('Session-Client') ?? ''
    const before = last.get(client)
    last.set(client, JSON.stringify(state))
    return before === undefined ? state : JSON.parse(before)
  })
}

/** Faults of reads and states. */
export const readingFaults: Faults = {
  'read-creates-nothing': { wrap: writeOnRead((request) => !request.headers.has('Cookie')), sees: 'the lineage that a new visitor reads' },
  'read-sets-no-cookie': {
    wrap: answers({ method: 'GET' }, (response, { cookie }) => (cookie ? withFields(response, setCookie(cookie)) : response)),
    sees: 'GET was answered with a Set-Cookie',
  },
  'read-writes-nothing': { wrap: writeOnRead((request) => request.headers.has('Cookie')), sees: 'the version after reads' },
  'read-extends-no-expiry': { wrap: writeOnRead((request) => request.headers.has('Cookie')), sees: 'the session lives' },
  'read-is-never-older': { wrap: lagging(), sees: 'what a read after a response shows' },
  'unknown-key-reads-empty': {
    wrap: answers({ method: 'GET' }, async (response) => {
      const { unknownKey } = await response.clone().json()
      return unknownKey ? withFields(response, { 'Set-Cookie': '__Host-session=; Max-Age=0' }) : response
    }),
    sees: 'GET was answered with a Set-Cookie',
  },
  'unknown-key-has-another-version': {
    wrap: states({ method: 'GET' }, (state) => (state.unknownKey ? { ...state, version: 'v0' } : state)),
    sees: 'have the same version',
  },
  'no-session-has-one-version': {
    wrap: states({ method: 'GET' }, (state) => ({ ...state, version: crypto.randomUUID() })),
    sees: 'the version of the second visitor',
  },
  'malformed-cookie-is-unknown-key': {
    wrap: answers({ method: 'GET' }, (response, { cookie }) =>
      cookie.length === 43 || !cookie ? response : new Response('', { status: 500 }),
    ),
    sees: 'answered 500 instead of 200',
  },
  'same-version-is-not-modified': {
    wrap: requests({ method: 'GET' }, (headers) => headers.delete('If-None-Match')),
    sees: 'answered 200 instead of 304',
  },
  'head-is-get': { wrap: answers({ method: 'HEAD' }, () => new Response(null, { status: 405 })), sees: 'answered 405 instead of 200' },
  'other-methods-are-refused': { wrap: fields({ status: 405 }, { Allow: null }), sees: 'with Allow: ""' },

  'state-has-its-members': {
    wrap: states({ method: 'GET', status: 200 }, (state) => ({ ...state, expiry: { ...state.expiry, age: state.expiry.age + 0.5 } })),
    sees: 'not whole seconds',
  },
  'lineage-is-not-the-key': {
    wrap: states({ method: 'GET' }, (state, { cookie }) => ({ ...state, lineage: cookie || null })),
    sees: "the state tells the cookie's value",
  },
  'tags-follow-values': {
    wrap: states({ status: 200 }, (state) => ({
      ...state,
      tags: Object.fromEntries(Object.entries(state.data).map(([key, value]) => [key, JSON.stringify(value).replaceAll('"', '')])),
    })),
    sees: 'with its members in another order',
  },
  'last-is-of-who-asks': {
    wrap: states({ method: 'GET' }, (state) => ({ ...state, last: state.lineage === null ? 0 : 2 })),
    sees: '`last` for a client that committed nothing is 2',
  },
  'expiry-is-told-before': {
    wrap: states({ method: 'GET' }, (state) => ({ ...state, expiry: { age: 60, atBrowserClose: false } })),
    sees: 'without a session the age is 60 s',
  },
  'each-commit-has-a-new-version': {
    wrap: states({ status: 200 }, (state) => ({ ...state, version: JSON.stringify(state.data).replaceAll('"', '') })),
    sees: 'the version before comes back',
  },
  'versions-are-of-one-session': {
    wrap: states({ status: 200 }, (state) => ({ ...state, version: state.version.split('-')[0] })),
    sees: 'two sessions have the same version',
  },
  'values-come-back-as-they-went': {
    wrap: commits(({ set, ...commit }) => ({
      ...commit,
      set: Object.fromEntries(Object.entries(set ?? {}).filter(([key]) => key !== '')),
    })),
    sees: 'the key "" in the response is absent',
  },
}
