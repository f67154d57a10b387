// Faulty servers for the checks of origins, tokens and malformed bodies.
import { answers, type CommitBody, commits, type Faults, fields, requests, stateOf, texts } from './plant.ts'

const isForeign = (headers: Headers): boolean => headers.get('Origin') === 'https://evil.example'

/** Takes a body for what it would be to a parser that does not look closely. */
const reparsed = texts((text) => {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
})

/** Takes what is no JSON for a touch. */
const guessing: Faults[string]['wrap'] = (handler) => async (request) => {
  const text = await request.clone().text()
  try {
    if (request.method === 'PATCH') JSON.parse(text)
    return handler(request)
  } catch {
    const { lineage, version: base } = await stateOf(handler, request)
    const body = JSON.stringify({ lineage, base, after: 1 })
    return handler(new Request(request.url, { method: 'PATCH', headers: request.headers, body }))
  }
}

/** A token that was wrong once stays wrong. */
function unforgiving() {
  let isShut = false
  return answers({ method: 'PATCH' }, (response) => {
    isShut ||= response.status === 403
    return isShut ? new Response('', { status: 403 }) : response
  })
}

const memberwise = (change: (commit: CommitBody) => object) => commits(change)
const taken = 'answered 200 instead of 400 bad-request'

/** Faults of who may write, and of what is taken for a commit. */
export const requestFaults: Faults = {
  'other-origin-is-refused': {
    wrap: requests({}, (headers, _, request) => headers.set('Origin', new URL(request.url).origin)),
    sees: 'answered 200 instead of 403 csrf',
  },
  'no-origin-is-refused': {
    wrap: requests({}, (headers, _, request) => {
      if (!headers.has('Origin')) headers.set('Origin', new URL(request.url).origin)
    }),
    sees: 'answered 200 instead of 403 csrf',
  },
  'sec-fetch-site-is-enough': {
    wrap: requests({}, (headers) => headers.delete('Sec-Fetch-Site')),
    sees: 'answered 403 csrf instead of 200',
  },
  'reading-wants-no-origin': {
    wrap: answers({ method: 'GET' }, (response, { request }) =>
      isForeign(request.headers) ? new Response('', { status: 403 }) : response,
    ),
    sees: 'GET was answered 403 instead of 200',
  },
  'wanted-token-is-checked': {
    wrap: requests({}, (headers) => headers.set('X-CSRFToken', 'a-token-as-the-forms-of-an-app-have-it')),
    sees: 'answered 200 instead of 403 csrf',
  },
  'token-is-read-again': { wrap: unforgiving(), sees: 'answered 403 instead of 403 csrf' },
  'other-origin-reads-nothing': {
    wrap: fields({ method: 'GET' }, { 'Access-Control-Allow-Origin': '*' }),
    sees: 'is told Access-Control-Allow-Origin: "*"',
  },
  'options-are-answered': { wrap: answers({ method: 'OPTIONS' }, () => new Response('')), sees: 'answered 200 instead of 204' },
  'allowed-origin-is-told': {
    wrap: fields({}, { 'Access-Control-Allow-Credentials': null }),
    sees: 'Access-Control-Allow-Credentials is ""',
  },
  'preflight-may-be-kept': {
    wrap: fields({ method: 'OPTIONS' }, { 'Access-Control-Max-Age': null }),
    sees: 'Access-Control-Max-Age is ""',
  },

  'no-json-is-refused': { wrap: guessing, sees: taken },
  'duplicate-keys-are-refused': { wrap: reparsed, sees: taken },
  'overflow-is-refused': { wrap: reparsed, sees: taken },
  'large-integer-is-refused': { wrap: reparsed, sees: taken },
  'lone-surrogate-is-refused': { wrap: texts((text) => text.replaceAll(/\\ud[89a-f]../g, '?')), sees: taken },
  'proto-is-refused': { wrap: texts((text) => text.replaceAll('__proto__', 'note')), sees: taken },
  'deep-nesting-is-refused': { wrap: texts((text) => text.replaceAll(/\[{63,}\]{63,}/g, '[]')), sees: taken },
  'other-shape-is-refused': { wrap: memberwise((commit) => ({ ...commit, clear: Boolean(commit.clear) })), sees: taken },
  'unlisted-member-is-refused': { wrap: memberwise(({ sett: _, ...commit }) => commit), sees: taken },
  'bad-expiry-is-refused': {
    wrap: memberwise((commit) => (Number(commit.expiry) < 0 ? { ...commit, expiry: 0 } : commit)),
    sees: taken,
  },
  'bad-idempotency-key-is-refused': {
    wrap: requests({ method: 'PATCH' }, (headers) => {
      if (!headers.has('Idempotency-Key')) headers.set('Idempotency-Key', `"${'c'.repeat(22)}/9"`)
    }),
    sees: 'answered 409 out-of-step instead of 400 bad-request',
  },
  'bad-after-is-refused': { wrap: memberwise((commit) => ({ ...commit, after: Math.min(commit.after, 1) })), sees: taken },
  'other-media-type-is-415': {
    wrap: requests({ method: 'PATCH' }, (headers) => headers.set('Content-Type', 'application/json')),
    sees: 'answered 200 instead of 415 unsupported-media-type',
  },
  'bad-session-client-is-refused': {
    wrap: requests({ method: 'GET' }, (headers) => {
      if (headers.get('Session-Client') === 'me') headers.delete('Session-Client')
    }),
    sees: taken,
  },
  'bytes-that-are-not-utf8-are-refused': { wrap: texts((text) => text), sees: taken },
  'byte-order-mark-is-skipped': {
    wrap: (handler) => async (request) => {
      const [first] = new Uint8Array(await request.clone().arrayBuffer())
      return first === 0xef ? new Response('', { status: 400 }) : handler(request)
    },
    sees: 'answered 400 instead of 200',
  },
}
