// The header fields that every response carries. They are put together once, in the last step before a shell.
import { sessionRequestHeader } from '../protocol/headers.ts'
import type { HttpRequest, HttpResponse } from './http.ts'

/**
 * On every response. No cache may keep it (Django 3.2's per-site cache stores what says `no-store` alone), no other page
 * may embed or frame it, and nobody guesses its type. CORP does not touch what CORS allows.
 */
export const commonHeaders: Readonly<Record<string, string>> = Object.freeze({
  'Cache-Control': 'private, no-store',
  Vary: `Cookie, Origin, ${sessionRequestHeader}`,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
})

/** What a page of another origin may read of a response, by CORS. */
const exposed = `ETag, Retry-After, Session-Version, ${sessionRequestHeader}, Preference-Applied`

/** Adds what every response carries: the common fields, the echo of the request, and CORS for an allowed origin. */
export function withCommonHeaders(response: HttpResponse, request: Pick<HttpRequest, 'header'>, origins: readonly string[]): HttpResponse {
  const origin = request.header('origin')
  const echo = request.header('session-request')
  const headers = {
    ...commonHeaders,
    ...(echo !== null && /^[\x21-\x7e]{1,256}$/.test(echo) && { [sessionRequestHeader]: echo }),
    ...(origin !== null &&
      origins.includes(origin) && {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Expose-Headers': exposed,
      }),
    ...response.headers,
  }
  return { ...response, headers }
}
