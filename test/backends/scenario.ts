// Declares a scenario: requests to the session and events on the server. Types and builders only.
import type { MockBackendName } from 'sojourn/msw'
import type { Commit } from '../../src/protocol/commit.ts'
import type { JsonObject } from '../../src/protocol/json.ts'

/** One of Django's session engines. */
export type Engine = MockBackendName

/** A request to the session, by one of its clients; `a` where none is named. */
export type Ask =
  | { readonly do: 'read'; readonly client?: string }
  /** The next commit on what the client saw last; `expect` names the keys that it touches, if it says nothing else. */
  | { readonly do: 'commit'; readonly commit: Partial<Commit>; readonly client?: string; readonly token?: false }
  /** The bytes of the client's last commit once more. */
  | { readonly do: 'repeat'; readonly client?: string }
  | { readonly do: 'end'; readonly client?: string }

/** What happens outside the clients. */
export type Event =
  /** What an ordinary view does to `request.session`. */
  | { readonly do: 'view'; readonly event: 'read' | 'log-out' | 'flush' | 'rotate' }
  | { readonly do: 'view'; readonly event: 'write'; readonly set: JsonObject }
  | { readonly do: 'view'; readonly event: 'log-in'; readonly identity: string }
  | { readonly do: 'expire' | 'evict' | 'delete-row' }
  | { readonly do: 'wait'; readonly seconds: number }

/** A request and what befalls it on the way. */
export type Step =
  | Ask
  | Event
  /** An ordinary view reads the session before the request, and saves it after with `set`. */
  | { readonly do: 'save-over'; readonly set: JsonObject; readonly ask: Ask }
  /** An ordinary view that missed the cache reads the row before the request, and fills the cache after. */
  | { readonly do: 'stale-cache'; readonly ask: Ask }
  /** It leaves with the current cookies, and arrives at the next `let-go`. */
  | { readonly do: 'hold'; readonly ask: Ask }
  /** It arrives, and its response is at the page at the next `let-go`. */
  | { readonly do: 'hold-answer'; readonly ask: Ask }
  | { readonly do: 'let-go' }

/**
 * What a step gets, as one line: status, problem, lineage in the order of appearance, data, flags, and what
 * became of the cookie. `[key]` stands for the new key of every response that stores, where the session lies in its cookie.
 */
export type Line = string

/** A story on a session that nobody has begun, and what is served in it. */
export interface Scenario {
  readonly name: string
  /** The engines on which it can be played; all of them by default. */
  readonly engines?: readonly Engine[]
  readonly steps: readonly (readonly [Step, Line | Readonly<Partial<Record<Engine | 'else', Line>>>])[]
}

/** What a scenario says of one engine. */
export function linesOf({ steps }: Scenario, engine: Engine): string[] {
  return steps.map(([, line]) => {
    const said = typeof line === 'string' ? line : (line[engine] ?? line.else ?? '')
    return said.replace(/ ?\[key\]/, engine === 'signed_cookies' ? ' key' : '').trim()
  })
}

export const read = (client?: string): Ask => ({ do: 'read', ...(client && { client }) })
export const commit = (content: Partial<Commit>, client?: string): Ask => ({ do: 'commit', commit: content, ...(client && { client }) })
export const set = (values: JsonObject, client?: string): Ask => commit({ set: values }, client)
export const repeat = (client?: string): Ask => ({ do: 'repeat', ...(client && { client }) })
export const end: Ask = { do: 'end' }
export const hold = (ask: Ask): Step => ({ do: 'hold', ask })
export const holdAnswer = (ask: Ask): Step => ({ do: 'hold-answer', ask })
export const letGo: Step = { do: 'let-go' }
export const wait = (seconds: number): Step => ({ do: 'wait', seconds })
export const saveOver = (values: JsonObject, ask: Ask): Step => ({ do: 'save-over', set: values, ask })
export const staleCache = (ask: Ask): Step => ({ do: 'stale-cache', ask })

/** What ordinary views do. */
export const view = {
  read: { do: 'view', event: 'read' },
  logOut: { do: 'view', event: 'log-out' },
  flush: { do: 'view', event: 'flush' },
  rotate: { do: 'view', event: 'rotate' },
  write: (values: JsonObject) => ({ do: 'view', event: 'write', set: values }),
  logIn: (identity: string) => ({ do: 'view', event: 'log-in', identity }),
} satisfies Record<string, Event | ((value: never) => Event)>

export const expire: Event = { do: 'expire' }
export const evict: Event = { do: 'evict' }
export const deleteRow: Event = { do: 'delete-row' }
