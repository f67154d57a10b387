import { maxTimerMs } from './clock.ts'

/** How long to wait between tries, in milliseconds. */
export interface RetryOptions {
  /** The longest wait before the second attempt. @default 1000 */
  readonly minDelayMs?: number | undefined
  /** The longest wait at all; a server's `Retry-After` may ask for more. @default 30000 */
  readonly maxDelayMs?: number | undefined
}

/**
 * The wait after the given number of failures, in milliseconds: full jitter below a doubling bound, so that clients that
 * failed together do not return together, and never less than the server asked for.
 */
export function backoffMs(failures: number, random: number, options: RetryOptions = {}, retryAfterMs = 0): number {
  const { minDelayMs = 1000, maxDelayMs = 30_000 } = options
  return Math.min(maxTimerMs, Math.max(retryAfterMs, random * Math.min(maxDelayMs, minDelayMs * 2 ** (failures - 1))))
}

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3) in both forms, as milliseconds. A date is taken against the answer's own
 * `Date`, since the visitor's clock may be wrong.
 */
export function retryAfterMs(value: string | null, date: string | null): number {
  if (value === null) return 0
  const isSeconds = /^\d+$/.test(value)
  // Date.parse takes "-5" and "1.5" for dates; all of HTTP's have a time.
  if (!isSeconds && !/\d\d:\d\d:\d\d/.test(value)) return 0
  const ms = isSeconds ? Number(value) * 1000 : Date.parse(value) - (date === null ? Date.now() : Date.parse(date))
  return Math.max(0, ms || 0) // a date that is none asks for no time
}
