// Decides how long a session and its cookie live: the server's life, the client's wish and the absolute end, of which the earliest
// counts. Called by record.ts, state.ts and server-session.ts; pure, it never reads a clock.
import { maxExpirySeconds } from '../protocol/parse-commit.ts'

/**
 * One side's rule for how long a session lives. null: no rule. A number: seconds from each write; 0: no limit of its own, and the
 * cookie ends with the browser. `until`: milliseconds since the epoch, whatever is written.
 */
export type ExpiryRule = null | number | { readonly until: number }

/** The handler's own limits, in milliseconds. */
export interface ExpiryPolicy {
  /** From each write, unless server code set another life. */
  readonly maxAgeMs: number
  /** From the creation, and again from each log-in; Infinity if there is no such limit. */
  readonly maxLifetimeMs: number
}

/** What a session's record says of its life. */
export interface LifeRules {
  /** The server's life; absent from records that an older version stored. */
  readonly life?: ExpiryRule | undefined
  /** The client's wish. Records of an older version hold their only rule here, so it counts as a wish. */
  readonly expiry: ExpiryRule
  /** Absent from records that an older version stored, until their next write. */
  readonly createdAt?: number | undefined
  readonly signedInAt?: number | undefined
}

/** How long a session lives, all rules taken together. */
export interface Lifetime {
  /** How long after a write; Infinity if only a date limits it. */
  readonly idleMs: number
  /** When it ends whatever is written, in milliseconds since the epoch; Infinity if nothing says so. */
  readonly deadline: number
  readonly atBrowserClose: boolean
}

/** Browsers limit every cookie's life to 400 days. */
const maxCookieLifeMs = 400 * 86_400_000

/** Returns how long a session with these rules lives. */
export function toLifetime(rules: LifeRules, { maxAgeMs, maxLifetimeMs }: ExpiryPolicy): Lifetime {
  const { life = null, expiry: wish } = rules
  const since = rules.signedInAt ?? rules.createdAt
  return {
    idleMs: Math.min(life ? idleMsOf(life) : maxAgeMs, idleMsOf(wish)),
    deadline: Math.min(untilOf(life), untilOf(wish), since === undefined ? Number.POSITIVE_INFINITY : since + maxLifetimeMs),
    atBrowserClose: life === 0 || wish === 0,
  }
}

const idleMsOf = (rule: ExpiryRule): number => (typeof rule === 'number' && rule > 0 ? rule * 1000 : Number.POSITIVE_INFINITY)
const untilOf = (rule: ExpiryRule): number => (typeof rule === 'object' && rule !== null ? rule.until : Number.POSITIVE_INFINITY)

/** Returns when a session that is written now ends, in milliseconds since the epoch. */
export function expiresAt({ idleMs, deadline }: Lifetime, now: number): number {
  return Math.min(now + idleMs, deadline)
}

/**
 * Returns when a cookie that is set now ends; null: with the browser. Writes extend a session without setting its cookie again,
 * because a late `Set-Cookie` can undo a log-in. So the cookie gets twice the session's life, and `outlives` tells when that is used up.
 */
export function cookieUntil({ idleMs, deadline, atBrowserClose }: Lifetime, now: number): number | null {
  return atBrowserClose ? null : Math.min(now + 2 * idleMs, deadline, now + maxCookieLifeMs)
}

/** Returns whether a cookie that lasts until `cookie` lasts as long as a session that ends at `end`. */
export function outlives(cookie: number | null, end: number, now: number): boolean {
  return cookie === null || cookie >= Math.min(end, now + maxCookieLifeMs / 2)
}

/** Returns whether two rules are the same. */
export function isSameRule(a: ExpiryRule, b: ExpiryRule): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && a?.until === b?.until)
}

/** What a commit's `expiry` comes to: a wish, the seconds that it may not exceed, or nothing if its date has passed. */
export type Wished = { readonly wish: ExpiryRule } | { readonly limit: number } | undefined

/**
 * Reads the wish of a commit. More seconds than the server's life are refused. A later date is cut to it instead, because the
 * client's clock may differ from the server's.
 */
export function toWish(expiry: string | number | null, life: ExpiryRule, { now, maxAgeMs }: { now: number; maxAgeMs: number }): Wished {
  const end = expiresAt(toLifetime({ life, expiry: null }, { maxAgeMs, maxLifetimeMs: Number.POSITIVE_INFINITY }), now)
  if (typeof expiry === 'string') {
    const until = Date.parse(expiry)
    return until > now ? { wish: { until: Math.min(until, end) } } : undefined
  }
  const limit = Math.max(0, Math.floor((end - now) / 1000))
  return expiry !== null && expiry > limit ? { limit } : { wish: expiry }
}

/** Reads the life that server code sets; undefined for a date that has passed or is over ten years ahead. */
export function toLife(expiry: string | number | null, now: number): ExpiryRule | undefined {
  if (typeof expiry !== 'string') return expiry
  const until = Date.parse(expiry)
  return until > now && until <= now + maxExpirySeconds * 1000 ? { until } : undefined
}
