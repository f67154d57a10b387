// Faulty servers for the checks of keys and lineages.
import { answers, commits, type Faults, fields, rebuild, requests, setCookie, stateOf, states, withFields } from './plant.ts'

/** The first key is the one that came. */
const adopting = answers({ method: 'PATCH', status: 200 }, (response, { body, cookie }) =>
  body?.fresh ? withFields(response, setCookie(cookie)) : response,
)

/** Faults of a commit's key and lineage. */
export const keyFaults: Faults = {
  'first-commit-creates': {
    wrap: answers({ method: 'PATCH' }, (response) => withFields(response, { 'Set-Cookie': null })),
    sees: 'was answered without a Set-Cookie',
  },
  'new-session-is-checked-as-empty': { wrap: commits(({ expect: _, ...commit }) => commit), sees: 'answered 200 instead of 409 conflict' },
  'lineage-without-cookie-is-gone': {
    wrap: commits((commit, { request }) => (request.headers.has('Cookie') ? commit : { ...commit, lineage: null })),
    sees: 'answered 200 instead of 410 gone',
  },
  'lineage-under-unknown-key-is-gone': {
    wrap: states({ status: 410 }, ({ unknownKey: _, ...state }) => state),
    sees: 'lineage and `unknownKey` under an unknown key is [null,null]',
  },
  'unknown-key-creates-nothing': {
    wrap: commits((commit) => (commit.lineage === null ? { ...commit, fresh: true } : commit)),
    sees: 'answered 200 instead of 409 unknown-key',
  },
  'foreign-key-is-never-adopted': { wrap: adopting, sees: 'has the key that the cookie brought' },
  'short-key-is-never-adopted': { wrap: adopting, sees: 'has the key that the cookie brought' },
  'living-session-is-not-buried': {
    wrap: (handler) => async (request) => {
      const commit = request.method === 'PATCH' ? await request.clone().json() : {}
      const headers = new Headers(request.headers)
      if (commit.lineage === null) headers.delete('Cookie')
      return handler(await rebuild(request, headers))
    },
    sees: 'answered 200 instead of 410 gone',
  },
  'other-lineage-is-gone': {
    wrap: commits(async (commit, { request, handler }) => ({ ...commit, lineage: (await stateOf(handler, request)).lineage })),
    sees: 'answered 200 instead of 410 gone',
  },

  'end-takes-the-cookie-away': {
    wrap: fields({ method: 'DELETE' }, { 'Set-Cookie': null }),
    sees: 'the cookie is there after the end',
  },
  'ended-key-names-nothing': {
    wrap: (handler) => async (request) =>
      request.method === 'DELETE'
        ? new Response(null, { status: 204, headers: { 'Set-Cookie': '__Host-session=; Max-Age=0' } })
        : handler(request),
    sees: 'what a copy of the cookie reads',
  },
  'end-names-its-lineage': {
    wrap: requests({ method: 'DELETE' }, async (headers, handler, request) => {
      headers.set('Session-Lineage', (await stateOf(handler, request)).lineage ?? '')
    }),
    sees: 'answered 204 instead of 400 bad-request',
  },
  'end-of-another-ends-nothing': {
    wrap: requests({ method: 'DELETE' }, async (headers, handler, request) => {
      headers.set('Session-Lineage', (await stateOf(handler, request)).lineage ?? '')
    }),
    sees: 'answered 204 instead of 410 gone',
  },
  'end-of-nothing-is-done': {
    wrap: answers({ method: 'DELETE', status: 204 }, (response) => withFields(response, { 'Set-Cookie': '__Host-session=; Max-Age=0' })),
    sees: 'DELETE was answered with a Set-Cookie',
  },
}
