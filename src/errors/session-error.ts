// The base class of the errors, their codes and `isSessionError`. Keeps session data out of logs by hidden fields.

/** The stable codes of the errors that Sojourn throws and rejects with. */
export type SessionErrorCode =
  | 'config'
  | 'schema'
  | 'invalid-value'
  | 'usage'
  | 'conflict'
  | 'rejected'
  | 'ended'
  | 'unknown-fate'
  | 'discarded'
  | 'disposed'
  | 'needs-auth'
  | 'network'
  | 'protocol'

const brand = Symbol.for('sojourn.error')

/**
 * The base class of Sojourn's errors. Distinguish errors by `code`, which survives minification and realms. A message says what
 * happened and what to do. Neither message nor `cause` contains session data, and fields that do are not enumerable, so that
 * loggers do not print them by accident.
 */
export abstract class SessionError extends Error {
  /** What went wrong, as a stable name. */
  abstract readonly code: SessionErrorCode

  constructor(message: string, hidden: object = {}, options?: ErrorOptions) {
    super(message, options)
    for (const [name, value] of Object.entries(hidden)) {
      Object.defineProperty(this, name, { value })
    }
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Returns whether a caught value is an error of Sojourn, whichever copy of the package created it.
 *
 * @example
 * try { await session.set('theme', 'dark') } catch (error) {
 *   if (isSessionError(error) && error.code === 'ended') offerAgain()
 * }
 */
export function isSessionError(value: unknown): value is SessionError {
  return typeof value === 'object' && value !== null && brand in value
}
