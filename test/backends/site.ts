// Declares the server that scenarios are played on. Implemented by django-site.ts and mock-site.ts.
import type { JsonObject } from '../../src/protocol/json.ts'
import type { Event } from './scenario.ts'

/** A request whose response is not at the page yet. */
export interface Held {
  /** Lets it go on; resolves when the response is there. */
  letGo(): Promise<Response>
}

/** One visitor's browser at a server, real or not. */
export interface Visitor {
  /** The session's URL. */
  readonly url: string
  /** Sends a request with the current cookies and keeps those of the response. */
  readonly fetch: typeof globalThis.fetch
  /** What a cookie holds; undefined without one. */
  cookie(name: string): string | undefined
  /** Plays an event; resolves with the session as a view reads it, null without one, or undefined. */
  play(event: Event): Promise<JsonObject | null | undefined>
  /** Sends a request that waits before the server, or whose response waits before the page. */
  hold(where: 'request' | 'answer', send: (fetch: typeof globalThis.fetch) => Promise<Response>): Promise<Held>
  /** An ordinary view reads before the request and saves after it. */
  saveOver(set: JsonObject, send: () => Promise<Response>): Promise<Response>
  /** An ordinary view reads the row before the request and fills the cache after it. */
  staleCache(send: () => Promise<Response>): Promise<Response>
}

/** Names the session cookie at both. */
export const sessionCookie = '__Host-session'
