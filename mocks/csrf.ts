// Issues and checks CSRF tokens as Django's middleware does. Called before the handler and the endpoints; never reads the session.
import { parseCookie } from 'cookie'
import { problemPrefix } from '../src/protocol/problem.ts'
import type { MockCsrfOptions } from './options.ts'

/** Issues and checks CSRF tokens, as Django's middleware does in front of every view. */
export interface CsrfGuard {
  /** Returns the token in a request's cookie. */
  token(request: Request): string | undefined
  /** Returns the refusal of a request whose header does not carry the cookie's token; undefined if the request may pass. */
  refuse(request: Request): Response | undefined
  /** Returns the `Set-Cookie` line of a new token. */
  renew(): string
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/** Creates the guard of one mock server. */
export function createCsrfGuard({ cookieName = 'csrftoken', headerName = 'X-CSRFToken' }: MockCsrfOptions): CsrfGuard {
  const token = (request: Request): string | undefined => parseCookie(request.headers.get('cookie') ?? '')[cookieName]
  return {
    token,
    refuse: (request) => {
      const expected = token(request)
      if (isSafe(request.method) || (expected !== undefined && request.headers.get(headerName) === expected)) return
      const problem = { type: `${problemPrefix}csrf`, title: 'The CSRF token is missing or wrong', status: 403 }
      return new Response(JSON.stringify(problem), { status: 403, headers: { 'content-type': 'application/problem+json' } })
    },
    renew: () => `${cookieName}=${crypto.randomUUID()}; Path=/; Max-Age=31449600; SameSite=Lax`,
  }
}
