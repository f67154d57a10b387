// The error of a write that the schema refuses. What the visitor wrote is in `issues` alone: messages end up in logs.
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
  /** Where and why, in zod's words. Not enumerable, since it may quote what the visitor wrote. */
  declare readonly issues: readonly SessionSchemaIssue[]
  /** What the code of a codec or a refinement threw, for the developer; undefined if zod itself refused the value. */
  declare readonly thrown: unknown

  constructor(key: string, issues: readonly SessionSchemaIssue[], thrown?: unknown) {
    super(`Failed to write session key "${key}": ${reasonOf(issues[0]?.code)} Write a value that the schema accepts.`, {
      key,
      issues,
      thrown,
    })
  }
}

/** A code is of a fixed set; zod's texts and paths may quote the value. */
function reasonOf(code = 'custom'): string {
  if (code === 'thrown') return 'the schema threw, or is async; thrown holds the error.'
  if (code === 'not_json') return 'JSON cannot hold it; issues says what.'
  if (code === 'unrecognized_keys') return 'the schema has no such key.'
  return `the value does not fit the schema (${code}); issues says where and why.`
}
