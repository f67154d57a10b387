// Owns which keys a mock server exposes: those of the schema, as the real handler does, or every key.
import type * as z from 'zod/v4/core'
import { everyKey } from '../src/server/exposed-keys.ts'
import { type Exposure, jsonCodec, toExposure } from '../src/server/exposure.ts'

/** On the global object, since a test suite may load this module many times. */
const isSaid = Symbol.for('sojourn.mock.exposes-every-key')

/**
 * Returns what a mock server exposes. Without a schema it exposes every key and warns once: a key that the real server does
 * not expose would then pass every test.
 *
 * @throws SessionConfigError if the schema cannot work in a session, or `readOnly` names a key that it does not have.
 */
export function toMockExposure(schema: z.$ZodObject | undefined, readOnly: readonly string[] | undefined): Exposure {
  if (schema || readOnly) return toExposure({ schema, readOnly })
  const said = globalThis as { [isSaid]?: boolean }
  if (!said[isSaid]) {
    said[isSaid] = true
    // biome-ignore lint/suspicious/noConsole: a test suite shows it, and nothing else reaches whoever wrote the test
    console.warn(
      'The mock session server exposes every key, since it has no schema. Give it the schema of the client, so that it refuses what your server refuses.',
    )
  }
  return { keys: everyKey, checks: new Map(), codec: jsonCodec }
}
