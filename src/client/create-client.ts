// Assembles a client from the calls that the other files of this folder create, whatever its transport, and adds the schema's types.
// Called by both `createSessionClient`.
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

/** A symbol, so that it is not listed among the client's members. */
const coreOf = Symbol('core')

/**
 * The getters of all clients, on a shared prototype: V8 keeps a getter of an object literal, and everything that its client
 * holds, until a full collection. They go through a function, which a proxy around the client leaves unchanged.
 */
const properties: ThisType<{ readonly [coreOf]: () => Core }> = {
  get expiry() {
    return this[coreOf]().expiry.current()
  },
  get pending() {
    return toPending(this[coreOf]())
  },
  get journal() {
    return this[coreOf]().journal?.state ?? 'off'
  },
  get identity() {
    return this[coreOf]().cache.base?.identity
  },
  get live() {
    return this[coreOf]().live?.state ?? 'off'
  },
}

/** Creates a client whose requests go through the transport that `createTransport` returns. */
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
      core.journal?.stop()
      disposeSync(sync)
      core.stop()
    },
  }
  // V8 optimises calls on an object literal, but not on an object that is filled step by step.
  Object.setPrototypeOf(client, properties)
  if (options.initialState) client.hydrate(options.initialState)
  // The compiler checks the parts against the untyped client; the schema adds the types.
  return client as unknown as SessionClient<SessionValues<S>, SessionInputs<S, R[number]>>
}
