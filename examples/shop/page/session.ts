// Owns the one client of the page, which the React half, the Vue half and the board share.
import { createSessionClient, type DehydratedSession } from 'sojourn'
import { readOnly, schema } from '../shared/schema.ts'
import { createNetwork } from './network.ts'

/** What the server put into the page (server/page.ts), so that the first paint is right. */
function readInitialState(): DehydratedSession | undefined {
  return JSON.parse(document.querySelector('#session-state')?.textContent ?? 'null') ?? undefined
}

export const network = createNetwork()

/** The one client of this page. React, Vue and the board below all show the cache that it keeps. */
export const session = createSessionClient({
  url: '/session',
  schema,
  readOnly,
  initialState: readInitialState(),
  fetch: network.fetch,
  expiringMs: 10_000,
  // Two tabs may both say when the visitor was last seen; it is no matter who was first.
  conflict: { lastSeen: 'mine' },
})

/** The type of the page's client. */
export type Session = typeof session
