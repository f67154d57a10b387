// Owns how long to wait between tries: jittered backoff and the `Retry-After` field. `classify-response.ts` and `pacing.ts` call it.
import { maxTimerMs } from '../platform/clock.ts'

/** How long to wait between tries, in milliseconds. */
export interface RetryOptions {
  /** The longest wait before the second attempt. @default 1000 */
  readonly minDelayMs?: number | undefined
  /** The longest wait at all; a server's `Retry-After` may ask for more. @default 30000 */
  readonly maxDelayMs?: number | undefined
  /** The longest `Retry-After` that counts; a maintenance page may ask for a day. @default 600000 */
  readonly maxRetryAfterMs?: number | undefined
}

/**
 * Returns the wait after the given number of failures, in milliseconds: full jitter below a doubling bound, so that clients
 * that failed together do not return together.
 */
export function backoffMs(failures: number, random: number, options: RetryOptions = {}): number {
  const { minDelayMs = 1000, maxDelayMs = 30_000 } = options
  return random * Math.min(maxDelayMs, minDelayMs * 2 ** (failures - 1))
}

/** Returns how much of a `Retry-After` counts, in milliseconds. */
export function cappedRetryAfterMs(retryAfterMs: number, { maxRetryAfterMs = 600_000 }: RetryOptions = {}): number {
  return Math.min(maxTimerMs, maxRetryAfterMs, retryAfterMs)
}

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3) in both forms, as milliseconds. A date counts against the response's own `Date`,
 * because the visitor's clock may be wrong.
 */
export function parseRetryAfter(value: string | null, date: string | null): number {
  if (value === null) return 0
  const isSeconds = /^\d+$/.test(value)
  // Date.parse takes "-5" and "1.5" for dates; every date of HTTP has a time.
  if (!isSeconds && !/\d\d:\d\d:\d\d/.test(value)) return 0
  const ms = isSeconds ? Number(value) * 1000 : Date.parse(value) - (date === null ? Date.now() : Date.parse(date))
  return Math.max(0, ms || 0) // treat an invalid date as no delay
}
