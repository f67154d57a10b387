// Acts on a browser's session as the app's own server code does, for `mock.write`, `mock.signIn` and the faults. Never touches a client.
import { SessionEndedError } from '../src/errors/session-ended-error.ts'
import { SessionUsageError } from '../src/errors/session-usage-error.ts'
import type { Json, JsonObject } from '../src/protocol/json.ts'
import { copyJson } from '../src/schema/copy-json.ts'
import type { ServerSession } from '../src/server/index.ts'
import { rewrite, storedDataOf } from '../src/server/server-session.ts'
import type { MockBackend, SessionView } from './backend.ts'
import type { CsrfGuard } from './csrf.ts'
import { type PlainAnswer, type PlainRequest, toServerRequest } from './exchange.ts'
import { type Page, withBrowserHeaders } from './page.ts'

type Deliver = () => Promise<PlainAnswer>

/** Returns what to write, given the stored data: undefined deletes. */
export type Changes = (data: JsonObject) => Readonly<Record<string, Json | undefined>>

/** What is done to a browser's session beside its client: as a view of the app does that another tab asked for. */
export interface ServerCode {
  view(page: Page): Promise<SessionView>
  /** Changes keys; undefined deletes. */
  change(page: Page, toChanges: Changes): Promise<void>
  /** Changes keys of what it read before a request arrived; its own answer reaches the page right after that request's. */
  changeOver(page: Page, toChanges: Changes, deliver: Deliver): Promise<PlainAnswer>
  /** Reads the row before a request arrives, and puts it into the cache after. */
  loadLate(page: Page, deliver: Deliver): Promise<PlainAnswer>
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

/** Makes the server code of a mock server. `backend` is asked for at each call, since `reset` makes a new one. */
export function createServerCode(url: URL, backend: () => MockBackend, guard: CsrfGuard | undefined): ServerCode {
  // Each call is a request of its own, from a page of the same site.
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
    if (guard === undefined) throw new SessionUsageError('Failed to rotate the CSRF token: the mock server has none. Set the option csrf.')
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
      let answer: PlainAnswer | undefined
      const done = async (session: ServerSession): Promise<Response> => {
        answer = await deliver()
        // A session that is gone is not saved: the other request is told so, and nobody looks at its answer here.
        await change(session, toChanges).catch((error: unknown) => {
          if (!(error instanceof SessionEndedError)) throw error
        })
        return new Response(null, { status: 204 })
      }
      const { headers } = await backend().serve(toRequest(page), done)
      const delivered = answer as PlainAnswer
      return { ...delivered, setCookies: [...delivered.setCookies, ...headers.getSetCookie()] }
    },
    loadLate: async (page, deliver) => {
      const fill = await backend().loadLate(toRequest(page))
      const answer = await deliver()
      fill()
      return answer
    },
    signIn: async (page, identity) => {
      await run(page, (session) => session.signIn(identity))
      // As Django does: what was planted before the log-in is worth nothing after it.
      if (guard !== undefined) rotateCsrf(page)
    },
    expire: (page) => backend().expire(toRequest(page)),
    evict: (page) => backend().evict(toRequest(page)),
    deleteRow: (page) => backend().deleteRow(toRequest(page)),
  }
}
