// Owns whether the browser keeps the session's cookie. The settle files and `commands.ts` move it, `prepare.ts` reads it. Script sees no
// such cookie, so only responses tell. Every function returns a new state.
import type { State } from '../protocol/state.ts'

/** What responses have told of the cookie. */
export interface Cookie {
  /** The lineage that a commit of ours created, until another response names it, or somebody may have ended it. */
  readonly created: string | null
  /** Whether the browser sent no cookie back. Until a read finds a session no further one is created. */
  readonly isDropped: boolean
}

/** Creates what is known before the first response. */
export function createCookie(): Cookie {
  return { created: null, isDropped: false }
}

/** A commit of ours created a session, or a response named one. */
export function noteSession({ created }: Cookie, { lineage }: Pick<State, 'lineage'>, isCreation: boolean): Cookie {
  return { created: isCreation ? lineage : created === lineage ? null : created, isDropped: false }
}

/** Somebody may have ended the session: `end()`, a section, or another tab. It then says nothing of the cookie. */
export function excuseCookie(cookie: Cookie): Cookie {
  return cookie.created === null ? cookie : { ...cookie, created: null }
}

/** Whether a state without a session shows that the browser did not keep the cookie: the first response after the creation knows nothing of it. */
export function isCookieRefused({ created }: Cookie, known: string | null | undefined, { lineage, unknownKey }: State): boolean {
  return created !== null && created === known && lineage === null && !unknownKey
}

/** The browser sent no cookie back. */
export function refuseCookie(): Cookie {
  return { created: null, isDropped: true }
}

/** Lets the app try again. */
export function forgiveCookie(cookie: Cookie): Cookie {
  return cookie.isDropped ? { ...cookie, isDropped: false } : cookie
}
