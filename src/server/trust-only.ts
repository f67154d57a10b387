// Keeps the function that says who is signed in from reading what clients can write. Called by options.ts, once for each handler.
import { SessionConfigError } from '../errors/session-config-error.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { ExposedKeys } from './exposed-keys.ts'

/** Returns who is signed in, by the data of a session. */
type Identify = (data: JsonObject) => string | null

/** Hides the keys that clients write from the function that says who is signed in, and refuses one that asks for such a key. */
export function trustOnly(identity: Identify, { writable, trusted }: ExposedKeys): Identify {
  const probe = {}
  for (const key of writable) Object.defineProperty(probe, key, { get: () => fail(key) })
  const fail = (key: string): never => {
    throw new SessionConfigError(
      `Failed to create the session handler: identity reads "${key}", which every client can write. Name it in readOnly, or decide by a private key.`,
    )
  }
  try {
    identity(probe)
  } catch (error) {
    // What else it throws comes of the empty data.
    if (error instanceof SessionConfigError) throw error
  }
  return (data) => identity(trusted(data))
}
