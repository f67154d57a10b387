// Owns `createSessionClient` of `sojourn`: the client over ky.
import type * as z from 'zod/v4/core'
import type { SessionInputs, SessionValues } from '../schema/types.ts'
import { createKyTransport } from '../transport/ky-transport.ts'
import { createClient } from './create-client.ts'
import type { KySessionClientOptions, SessionKeyOf } from './options.ts'
import type { SessionClient } from './types.ts'

/**
 * Creates the typed client of this visitor's server-side session. It sends no request before the first read, write or
 * subscription. Create one client for each page, and on a server one for each request.
 *
 * @throws SessionConfigError if the schema cannot be stored as JSON, or `readOnly` names a key that it does not have
 * @throws SessionProtocolError if `initialState` is not a state
 *
 * @example
 * const session = createSessionClient({
 *   url: '/session',
 *   schema: z.object({ theme: z.enum(['light', 'dark']).default('light') }),
 * })
 * await session.get('theme')
 * await session.set('theme', 'dark')
 */
export function createSessionClient<S extends z.$ZodObject, const R extends readonly SessionKeyOf<S>[] = readonly []>(
  options: KySessionClientOptions<S, R>,
): SessionClient<SessionValues<S>, SessionInputs<S, R[number]>> {
  return createClient(options, (fetchOptions) => createKyTransport({ ...fetchOptions, ky: options.ky }))
}
