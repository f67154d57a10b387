// Owns `req.session.cookie`: how long the session lives, in express-session's words. The unit of work reads what an app changed; it
// sets no header.
import { SessionUsageError } from '../../errors/session-usage-error.ts'
import { maxExpirySeconds } from '../../protocol/parse-commit.ts'
import type { CookieAttributes } from '../cookies.ts'
import type { ExpiryRule } from '../expiry.ts'

/** How long a stored session lives. */
export interface CookieLife {
  /** From each write, in milliseconds; null if the cookie ends with the browser. */
  readonly maxAge: number | null
  /** When it ends if nothing is written any more; null if the cookie ends with the browser. */
  readonly expires: Date | null
}

/** What an app asked for: another life, or an end because the life that it set is over. */
export type LifeChange = { readonly life: ExpiryRule } | 'over'

const fixed = (name: string): never => {
  throw new SessionUsageError(
    `Failed to set req.session.cookie.${name}: it is the same for every session. Set it in createSessionHandler({ cookie }).`,
  )
}

/** The cookie of one session, as express-session has it. Its name, path and flags are the handler's and cannot be set here. */
export class RequestCookie {
  #maxAge: number | null
  #expires: Date | null
  #change: LifeChange | undefined
  readonly #attributes: CookieAttributes
  readonly #now: () => number

  constructor({ maxAge, expires }: CookieLife, attributes: CookieAttributes, now: () => number) {
    this.#maxAge = maxAge
    this.#expires = expires
    this.#attributes = attributes
    this.#now = now
  }

  /** Returns what the app changed since the session was read or saved. */
  static changeOf(cookie: RequestCookie): LifeChange | undefined {
    return cookie.#change
  }

  /** Forgets the change, because it is stored. */
  static settle(cookie: RequestCookie): void {
    cookie.#change = undefined
  }

  /** How long the session lives from each write, in milliseconds; null: until the browser closes. Set it for "remember me". */
  get originalMaxAge(): number | null {
    return this.#maxAge
  }
  set originalMaxAge(ms: number | null) {
    this.maxAge = ms
  }

  /** How long it lives from now on, in milliseconds; null: until the browser closes. A number that is not above 0 ends the session. */
  get maxAge(): number | null {
    return this.#expires && this.#expires.getTime() - this.#now()
  }
  set maxAge(ms: number | Date | null | undefined | false) {
    if (ms instanceof Date) {
      this.expires = ms
      return
    }
    if (ms && typeof ms !== 'number') throw new TypeError('maxAge must be a number or Date')
    if (typeof ms !== 'number') this.#set(null, null, { life: 0 })
    else this.#set(ms, new Date(this.#now() + ms), ms > 0 ? { life: Math.min(Math.ceil(ms / 1000), maxExpirySeconds) } : 'over')
  }

  /** When it ends, whatever is written; null: when the browser closes. A date that has passed ends the session. */
  get expires(): Date | null {
    return this.#expires
  }
  set expires(date: Date | null | undefined | false) {
    if (!date) {
      this.#set(null, null, { life: 0 })
      return
    }
    const until = date instanceof Date ? date.getTime() : Number.NaN
    if (Number.isNaN(until)) throw new TypeError('option expires is invalid')
    const ms = until - this.#now()
    this.#set(ms, date, ms > 0 ? { life: { until: Math.min(until, this.#now() + maxExpirySeconds * 1000) } } : 'over')
  }

  get path(): string {
    return this.#attributes.path
  }
  set path(_: string) {
    fixed('path')
  }
  get domain(): string | undefined {
    return this.#attributes.domain
  }
  set domain(_: string | undefined) {
    fixed('domain')
  }
  get secure(): boolean {
    return this.#attributes.secure
  }
  set secure(_: boolean) {
    fixed('secure')
  }
  get sameSite(): string {
    return this.#attributes.sameSite
  }
  set sameSite(_: string) {
    fixed('sameSite')
  }
  get httpOnly(): true {
    return true
  }
  set httpOnly(_: boolean) {
    fixed('httpOnly')
  }

  /** Returns the members that express-session's cookie has. */
  toJSON(): object {
    const { originalMaxAge, expires, secure, httpOnly, domain, path, sameSite } = this
    return { originalMaxAge, expires, secure, httpOnly, domain, path, sameSite }
  }

  #set(maxAge: number | null, expires: Date | null, change: LifeChange): void {
    this.#maxAge = maxAge
    this.#expires = expires
    this.#change = change
  }
}
