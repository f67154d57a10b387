// Checks the name of a person that the app's own code gives. Called by signIn and by people.ts.
import { SessionUsageError } from '../errors/session-usage-error.ts'

/** @throws SessionUsageError if it is no text, such as a number of a database: it would be stored, and then stand for nobody. */
export function checkIdentity(identity: unknown): void {
  if (typeof identity === 'string' && identity !== '') return
  throw new SessionUsageError(
    `Failed to use the identity ${String(identity)}: it is no text, or empty. Give a text, such as String(user.id).`,
  )
}
