// Owns `createSessionClient` of `sojourn/fetch`: the client over plain fetch.
import type * as z from 'zod/v4/core'
import type { SessionInputs, SessionValues } from '../schema/types.ts'
import { createFetchTransport } from '../transport/fetch-transport.ts'
import { createClient } from './create-client.ts'
import type { SessionClientOptions, SessionKeyOf } from './options.ts'
import type { SessionClient } from './types.ts'

/**
 * Creates the same client as `createSessionClient` of `sojourn`, over plain `fetch` instead of ky, which is 7.5 kB less.
 * Import types, errors and everything else from `sojourn`: a bundler leaves ky out.
 *
 * @throws SessionConfigError if the schema cannot be stored as JSON, or `readOnly` names a key that it does not have
 * @throws SessionProtocolError if `initialState` is not a state
 *
 * @example
 * import { createSessionClient } from 'sojourn/fetch'
 *
 * const session = createSessionClient({ url: '/session', schema: z.object({ count: z.number().default(0) }) })
 * await session.set('count', 1)
 */
export function createSessionClient<S extends z.$ZodObject, const R extends readonly SessionKeyOf<S>[] = readonly []>(
  options: SessionClientOptions<S, R>,
): SessionClient<SessionValues<S>, SessionInputs<S, R[number]>> {
  return createClient(options, createFetchTransport)
}
