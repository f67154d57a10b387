// The public constructor of the mock server. Adds the MSW handlers, so that mock-session itself never imports MSW.
import type * as z from 'zod/v4/core'
import { toMswHandlers } from './handlers.ts'
import { createMockSession } from './mock-session.ts'
import type { MockSessionServer } from './mock-session-server.ts'
import type { MockSessionServerOptions } from './options.ts'

/**
 * Creates a session server for tests: the real handler of `sojourn/server` over a store in memory, a cookie jar for each
 * browser, and a network that loses, delays and duplicates messages as the test scripts it. All state lives in the
 * returned object.
 *
 * @throws SessionConfigError if an option cannot work.
 * @throws SessionSchemaError if the schema refuses a value of `initial`.
 * @example
 * const mock = createMockSessionServer({ schema, initial: { theme: 'dark' } })
 * const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema })
 * @example
 * const server = setupServer(...mock.handlers)
 */
export function createMockSessionServer<S extends z.$ZodObject = z.$ZodObject>(
  options: MockSessionServerOptions<S> = {},
): MockSessionServer<S> {
  return createMockSession(options, toMswHandlers)
}
