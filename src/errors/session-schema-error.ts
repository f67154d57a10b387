import { SessionError } from './session-error.ts'

/** One reason why a value does not fit the schema, in the shape of zod's issues. */
export interface SessionSchemaIssue {
  /** A stable name of the reason, such as zod's `invalid_type`. */
  readonly code?: string | undefined
  /** What is wrong, in words. */
  readonly message: string
  /** Where in the value, from the outside in. */
  readonly path: readonly PropertyKey[]
}

/** Thrown when a key or a value does not fit the schema, before anything is shown or sent. */
export class SessionSchemaError extends SessionError {
  override readonly name = 'SessionSchemaError'
  readonly code = 'schema'
  /** The key that was written. */
  declare readonly key: string
  /** Why, as zod says it. */
  declare readonly issues: readonly SessionSchemaIssue[]

  constructor(key: string, issues: readonly SessionSchemaIssue[], options?: ErrorOptions) {
    const first = issues[0]
    const path = first === undefined ? '' : first.path.map((part) => `.${String(part)}`).join('')
    super(
      `Failed to write session key "${key}${path}": ${first?.message ?? 'the value does not fit the schema'}. Write a value that the schema accepts.`,
      { key, issues },
      options,
    )
  }
}
