// Owns the planted faults of which keys travel. faults.test.ts runs each under its check.
import type { SessionHandler } from 'sojourn/server'
import type { JsonObject } from '../../../src/protocol/json.ts'
import { rewrite, storedDataOf } from '../../../src/server/server-session.ts'
import { type Answering, anyKeys } from '../server.ts'
import { commits, type Fault, type Faults, type StateBody, states, withFields } from './plant.ts'

type Wrap = (handler: SessionHandler) => Answering

/** After a `clear` server code changes what is left. */
const clearing =
  (change: (data: JsonObject) => JsonObject): Wrap =>
  (handler) =>
  async (request) => {
    const { clear } = request.method === 'PATCH' ? await request.clone().json() : {}
    const response = await handler(request.clone())
    if (clear) await rewrite(await handler.open(request), change)
    return response
  }

/** Puts into some responses what server code sees. */
const leaking =
  (status: number, leak: (state: StateBody, data: JsonObject) => object): Wrap =>
  (handler) =>
  async (request) => {
    const response = await handler(request.clone())
    if (response.status !== status || status === 304) return response
    const data = storedDataOf(await handler.open(request))
    return new Response(JSON.stringify(leak(await response.json(), data)), response)
  }

const withSecret = (data: JsonObject): string => Object.entries(data).flat().join()

/** Ways in which a server leaks private keys. `private-keys-are-never-sent` sees each. */
export const leaks: Faults = {
  'in the data': { wrap: leaking(200, (state, data) => ({ ...state, data })), sees: 'was answered 200 with "_unlisted' },
  'in the tags': {
    wrap: leaking(200, (state, data) => ({ ...state, tags: Object.fromEntries(Object.keys(data).map((key) => [key, 'tag'])) })),
    sees: 'was answered 200 with "_unlisted',
  },
  'in the state of a 409': { wrap: leaking(409, (state, data) => ({ ...state, data })), sees: 'was answered 409 with "_unlisted' },
  'in the conflicts': {
    wrap: leaking(409, (state, data) => ({ ...state, conflicts: Object.keys(data) })),
    sees: 'was answered 409 with "_unlisted',
  },
  'in the text of a 400': {
    wrap: leaking(400, (problem, data) => ({ ...problem, detail: `not in ${Object.keys(data)}` })),
    sees: 'was answered 400 with "_unlisted',
  },
  'in a value alone': {
    wrap: leaking(410, (problem, data) => ({ ...problem, detail: Object.values(data).join() })),
    sees: 'was answered 410 with "value-',
  },
  'in a header field of a 304': {
    wrap: (handler) => async (request) => {
      const response = await handler(request.clone())
      return response.status === 304 ? withFields(response, { 'X-Debug': withSecret(storedDataOf(await handler.open(request))) }) : response
    },
    sees: 'was answered 304 with "_unlisted',
  },
}

/** Faults of exposed, private and read-only keys. */
export const exposedKeyFaults: Faults = {
  'private-key-is-refused': {
    wrap: commits(({ expect, ...commit }) => ({ ...commit, ...(expect && { expect: {} }) })),
    sees: 'answered 200 instead of 422 private-key',
  },
  'private-key-comes-first': {
    wrap: commits((commit) => (commit.lineage === 'another' ? { ...commit, set: {} } : commit)),
    sees: 'answered 410 gone instead of 422 private-key',
  },
  'private-key-exists-unseen': {
    wrap: leaking(422, (problem, data) => ({ ...problem, detail: `${Object.keys(data).length} keys are stored` })),
    sees: 'once the key is stored is',
  },
  'private-keys-are-never-sent': leaks['in the data'] as Fault,
  'clear-spares-private-keys': { wrap: clearing(() => ({})), sees: 'the private key' },
  'read-only-key-is-refused': {
    wrap: commits(({ set: { plan: _, ...set } = {}, ...commit }) => ({ ...commit, set })),
    sees: 'answered 200 instead of 422 read-only-key',
  },
  'read-only-key-comes-first': {
    wrap: commits((commit) => (commit.lineage === 'another' ? { ...commit, set: {} } : commit)),
    sees: 'answered 410 gone instead of 422 read-only-key',
  },
  'read-only-key-is-expected': {
    wrap: commits((commit) => (commit.expect === undefined ? commit : { ...commit, set: { plan: 1 } })),
    sees: 'answered 422 read-only-key instead of 200',
  },
  'read-only-key-is-sent': { exposure: { keys: anyKeys.keys }, sees: 'the data is {"theme":1}' },
  'clear-spares-read-only-keys': { wrap: clearing(({ plan: _, ...data }) => data), sees: 'the data that a read shows is {}' },
  'clear-is-never-minimal': {
    wrap: states({ method: 'PATCH', status: 200 }, ({ data, ...state }, { body }) => (body?.clear ? state : { ...state, data })),
    sees: 'by a state without data',
  },
}
