// Acts on a browser's session as the app's own server code does, for `mock.write`, `mock.signIn` and the faults. Never touches a client.
import { SessionEndedError } from '../src/errors/session-ended-error.ts'
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { Json, JsonObject } from '../src/protocol/json.ts'
import { copyJson } from '../src/schema/copy-json.ts'
import type { ServerSession } from '../src/server/index.ts'
import { rewrite, storedDataOf } from '../src/server/server-session.ts'
import type { MockBackend, SessionView } from './backend.ts'
import type { CsrfGuard } from './csrf.ts'
import { type PlainRequest, type PlainResponse, toServerRequest } from './exchange.ts'
import { type Page, withBrowserHeaders } from './page.ts'

type Deliver = () => Promise<PlainResponse>

/** Returns what to write, given the stored data: undefined deletes. */
export type Changes = (data: JsonObject) => Readonly<Record<string, Json | undefined>>

/** Acts on a browser's session past its client, as a view does that another tab requested. */
export interface ServerActions {
  view(page: Page): Promise<SessionView>
  /** Changes keys; undefined deletes one. */
  change(page: Page, toChanges: Changes): Promise<void>
  /** Changes keys of what it read before a request arrived. The page gets both responses' cookies, its own last. */
  changeOver(page: Page, toChanges: Changes, deliver: Deliver): Promise<PlainResponse>
  /** Reads the row before a request arrives and fills the cache with it afterwards. */
  loadLate(page: Page, deliver: Deliver): Promise<PlainResponse>
  run(page: Page, work: (session: ServerSession) => Promise<void>): Promise<void>
  signIn(page: Page, identity: string): Promise<void>
  expire(page: Page): Promise<void>
  evict(page: Page): Promise<void>
  deleteRow(page: Page): Promise<void>
  rotateCsrf(page: Page): void
}

const change = (session: ServerSession, toChanges: Changes): Promise<void> =>
  rewrite(session, (data) => {
    const next = new Map(Object.entries(data))
    for (const [key, value] of Object.entries(toChanges(structuredClone(data)))) {
      if (value === undefined) next.delete(key)
      else next.set(key, copyJson(key, value))
    }
    return Object.fromEntries(next)
  })

/** Creates the actions of a mock server. `backend` is called each time, because `reset` replaces the backend. */
export function createServerActions(url: URL, backend: () => MockBackend, guard: CsrfGuard | undefined): ServerActions {
  // Each call is a separate request from a page of the same site.
  const toRequest = (page: Page): Request => {
    const plain: PlainRequest = { method: 'POST', url, headers: new Map(), body: undefined, credentials: 'include', signal: undefined }
    return toServerRequest(withBrowserHeaders(plain, page))
  }

  const run = async (page: Page, work: (session: ServerSession) => Promise<void>): Promise<void> => {
    const response = await backend().serve(toRequest(page), async (session) => {
      await work(session)
      return new Response(null, { status: 204 })
    })
    page.cookies.store(url, response.headers.getSetCookie())
  }

  const rotateCsrf = (page: Page): void => {
    if (guard === undefined)
      throw new SessionUsageError('Failed to rotate the CSRF token: the mock server has no token. Set the option csrf.')
    page.cookies.store(url, [guard.renew()])
  }

  return {
    run,
    rotateCsrf,
    view: async (page) => {
      let view: SessionView = { data: {}, lineage: null, identity: null }
      await run(page, async (session) => {
        view = { data: storedDataOf(session), lineage: session.lineage, identity: session.identity }
      })
      return view
    },
    change: (page, toChanges) => run(page, (session) => change(session, toChanges)),
    changeOver: async (page, toChanges, deliver) => {
      let delivered: PlainResponse | undefined
      const done = async (session: ServerSession): Promise<Response> => {
        delivered = await deliver()
        // Django does not save a deleted session. Its view gets an error, which reaches no one here.
        await change(session, toChanges).catch((error: unknown) => {
          if (!(error instanceof SessionEndedError)) throw error
        })
        return new Response(null, { status: 204 })
      }
      const { headers } = await backend().serve(toRequest(page), done)
      const response = delivered as unknown as PlainResponse
      return { ...response, setCookies: [...response.setCookies, ...headers.getSetCookie()] }
    },
    loadLate: async (page, deliver) => {
      const fill = await backend().loadLate(toRequest(page))
      const response = await deliver()
      fill()
      return response
    },
    signIn: async (page, identity) => {
      await run(page, (session) => session.signIn(identity))
      // As Django does, so that a token planted before the log-in is worthless after it.
      if (guard !== undefined) rotateCsrf(page)
    },
    expire: (page) => backend().expire(toRequest(page)),
    evict: (page) => backend().evict(toRequest(page)),
    deleteRow: (page) => backend().deleteRow(toRequest(page)),
  }
}
