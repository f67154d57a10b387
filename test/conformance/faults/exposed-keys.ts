// Owns the planted faults of which keys travel. faults.test.ts runs each under its check.
import { commits, type Faults, states } from './plant.ts'

/** Faults of exposed and private keys. */
export const exposedKeyFaults: Faults = {
  'private-key-is-refused': {
    wrap: commits(({ expect, ...commit }) => ({ ...commit, ...(expect && { expect: {} }) })),
    sees: 'answered 200 instead of 422 private-key',
  },
  'private-key-comes-first': {
    wrap: commits((commit) => (commit.lineage === 'another' ? { ...commit, set: {} } : commit)),
    sees: 'answered 410 gone instead of 422 private-key',
  },
  'private-keys-are-never-sent': {
    wrap: (handler) => async (request) => {
      const response = await handler(request.clone())
      if (request.method !== 'GET') return response
      const { data } = await handler.open(request)
      return Response.json({ ...(await response.json()), data })
    },
    sees: 'the data is {"kept":true,"_secret":"mine"}',
  },
  'clear-is-never-minimal': {
    wrap: states({ method: 'PATCH', status: 200 }, ({ data, ...state }, { body }) => (body?.clear ? state : { ...state, data })),
    sees: 'by a state without data',
  },
}
