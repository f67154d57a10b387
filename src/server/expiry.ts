import { maxExpirySeconds } from '../protocol/parse-commit.ts'

/**
 * How long a session lives. null: the server's policy. A number: seconds from each write; 0: as the policy, and the
 * cookie goes with the browser. `until`: milliseconds since the epoch, whatever is written.
 */
export type ExpiryRule = null | number | { readonly until: number }

/** Browsers cut every cookie's life to 400 days. */
const maxCookieLifeMs = 400 * 86_400_000

/** The rule that a commit asks for; undefined for a date that is over or absurdly far. */
export function toExpiryRule(expiry: string | number | null, now: number): ExpiryRule | undefined {
  if (typeof expiry !== 'string') return expiry
  const until = Date.parse(expiry)
  return until > now && until <= now + maxExpirySeconds * 1000 ? { until } : undefined
}

/** Whether two rules are the same. */
export function isSameRule(a: ExpiryRule, b: ExpiryRule): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && a?.until === b?.until)
}

/** When a session written now is over, in milliseconds since the epoch. */
export function expiresAt(rule: ExpiryRule, maxAgeMs: number, now: number): number {
  if (typeof rule === 'object' && rule !== null) return rule.until
  return now + (rule ? rule * 1000 : maxAgeMs)
}

/**
 * When a cookie set now is over; null: with the browser. Writes extend a session without setting its cookie again (each
 * Set-Cookie can undo a log-in), so the cookie is given twice the session's life, and `outlives` says when that is used up.
 */
export function cookieUntil(rule: ExpiryRule, end: number, now: number): number | null {
  if (rule === 0) return null
  if (typeof rule === 'object' && rule !== null) return Math.min(rule.until, now + maxCookieLifeMs)
  return now + Math.min(2 * (end - now), maxCookieLifeMs)
}

/** Whether a cookie that lasts until `cookie` is there for as long as a session that ends at `end`. */
export function outlives(cookie: number | null, end: number, now: number): boolean {
  return cookie === null || cookie >= Math.min(end, now + maxCookieLifeMs / 2)
}
