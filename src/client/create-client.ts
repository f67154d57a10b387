// Owns how a client is put together, whatever its transport. The two `createSessionClient` call it; it joins the calls that the other files of this folder create and puts the schema's types on.
import type * as z from 'zod/v4/core'
import type { SessionInputs, SessionValues } from '../schema/types.ts'
import { disposeSync } from '../sync/commands.ts'
import type { FetchOptions } from '../transport/request-init.ts'
import type { Transport } from '../transport/transport.ts'
import { type Core, createCore } from './core.ts'
import { createLife, toPending } from './life.ts'
import type { SessionClientOptions, SessionKeyOf } from './options.ts'
import { createQueries } from './queries.ts'
import type { SessionClient } from './types.ts'
import { createWrites } from './writes.ts'

/** By a symbol, so that it is on no list of the client's members. */
const coreOf = Symbol('core')

/**
 * What a client works out when it is asked, for all clients: V8 keeps a getter that an object literal makes, and with it all
 * that its client holds, until a full collection. Asked through a function, which a proxy around the client leaves as it is.
 */
const properties: ThisType<{ readonly [coreOf]: () => Core }> = {
  get expiry() {
    return this[coreOf]().expiry.current()
  },
  get pending() {
    return toPending(this[coreOf]())
  },
  get identity() {
    return this[coreOf]().cache.base?.identity
  },
}

/** Creates a client whose requests go through the transport that `createTransport` gives. */
export function createClient<S extends z.$ZodObject, const R extends readonly SessionKeyOf<S>[]>(
  options: SessionClientOptions<S, R>,
  createTransport: (options: FetchOptions) => Transport,
): SessionClient<SessionValues<S>, SessionInputs<S, R[number]>> {
  const core = createCore(options, createTransport)
  const { sync, on } = core
  const writes = createWrites(core)
  const queries = createQueries(core, writes)
  const life = createLife(core)
  const client = {
    [coreOf]: () => core,
    ...writes,
    ...queries,
    ...life,
    on,
    hydrate(state: Parameters<typeof life.hydrate>[0]) {
      if (life.hydrate(state)) queries.freezeServerSnapshot()
    },
    dispose() {
      core.check()
      disposeSync(sync)
      core.stop()
    },
  }
  // A literal is laid out for quick calls, as an object that is filled by and by is not.
  Object.setPrototypeOf(client, properties)
  if (options.initialState) client.hydrate(options.initialState)
  // The parts are checked against the untyped client; the schema puts the types on.
  return client as unknown as SessionClient<SessionValues<S>, SessionInputs<S, R[number]>>
}
