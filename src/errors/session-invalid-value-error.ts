// The error of an update whose current value does not fit the schema.
import { SessionError } from './session-error.ts'

/**
 * Thrown by an `update` of a key whose stored value the schema refuses: the function would run on the default and overwrite the
 * visitor's data. The same holds for a transaction that sets a key after `get` returned its default. If the value arrives with a
 * later state, the write's promise rejects with this error. Use `set` to replace the value on purpose.
 */
export class SessionInvalidValueError extends SessionError {
  override readonly name = 'SessionInvalidValueError'
  readonly code = 'invalid-value'
  /** The key whose stored value does not fit the schema. */
  declare readonly key: string

  constructor(key: string, options?: ErrorOptions) {
    super(
      `Failed to update session key "${key}": its stored value does not fit the schema. Replace it with set, or make the schema accept it.`,
      { key },
      options,
    )
  }
}
