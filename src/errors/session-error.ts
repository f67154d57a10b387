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
 * The base of every error of Sojourn. Tell errors apart by `code`, which survives minification and realms.
 * A message says what happened and what to do and never holds session data, nor does `cause`; fields that hold data are not
 * enumerable, so that no logger prints them by accident.
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
 * Whether a caught value is an error of Sojourn, whichever copy of the package made it.
 *
 * @example
 * try { await session.set('theme', 'dark') } catch (error) {
 *   if (isSessionError(error) && error.code === 'ended') offerAgain()
 * }
 */
export function isSessionError(value: unknown): value is SessionError {
  return typeof value === 'object' && value !== null && brand in value
}
