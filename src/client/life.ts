// Owns the calls about the session as a whole, such as `end`, `settled`, `exclusive` and `dehydrate`. Each is a command of the pipeline.
import type { Operation } from '../cache/operation.ts'
import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import { SessionProtocolError } from '../errors/session-protocol-error.ts'
import { sessionVersionHeader } from '../protocol/headers.ts'
import { parseJson } from '../protocol/json.ts'
import { parseState } from '../protocol/state.ts'
import { deepFreeze } from '../schema/deep-freeze.ts'
import { keysOf } from '../sync/apply-state.ts'
import { discard, endBackoff, endSession, hydrateState, requestRead, resume, revalidate } from '../sync/commands.ts'
import type { Core } from './core.ts'
import { createForeignVersions } from './foreign-versions.ts'
import type { PendingMutation } from './pending-mutation.ts'
import type { UntypedClient } from './session-key.ts'
import type { DehydratedSession } from './types.ts'
import { waitFor } from './wait-for.ts'

type LifeNames =
  | 'end'
  | 'settled'
  | 'whenDurable'
  | 'revalidate'
  | 'exclusive'
  | 'csrfHeaders'
  | 'fetch'
  | 'notice'
  | 'resume'
  | 'dehydrate'

/** The calls about the session as a whole. */
export interface Life extends Pick<UntypedClient, LifeNames> {
  /** Makes a state the base if there is no base yet. Returns whether it did. */
  hydrate(dehydrated: DehydratedSession): boolean
}

/** Creates the calls about the session as a whole. */
export function createLife({ cache, sync, sections, journal, appFetch, start, check }: Core): Life {
  const frozen = new WeakSet<object>()
  const foreign = createForeignVersions()
  const isSettled = (): boolean => cache.log.length === 0 && !sync.state.ending

  async function end(): Promise<void> {
    if (!cache.base) await requestRead(sync, 'full')
    if (sync.state.isDisposed) throw new SessionDisposedError()
    return endSession(sync)
  }

  function notice(response: Response): Response {
    const version = response.headers.get(sessionVersionHeader)?.replaceAll('"', '')
    const look = (): void => {
      if (version === undefined || version === cache.base?.version || foreign.has(version) || sync.state.isDisposed) return
      requestRead(sync, 'conditional').then(
        () => foreign.note(version, cache.base?.version),
        () => {},
      )
    }
    // The exchange in flight may fetch that version.
    if (version && cache.base) sync.whenIdle(look)
    return response
  }

  return {
    end(options) {
      start()
      return waitFor(end(), options)
    },
    settled() {
      if (isSettled() || sync.state.isDisposed) return Promise.resolve()
      endBackoff(sync)
      return new Promise((resolve) => {
        const stop = cache.watch(() => {
          if (!isSettled() && !sync.state.isDisposed) return
          stop()
          resolve()
        })
      })
    },
    whenDurable: async () => (journal ? journal.whenDurable() : cache.log.length === 0),
    revalidate(options) {
      start()
      return waitFor(revalidate(sync), options)
    },
    exclusive(run, options = {}) {
      start()
      return sections.run(run, options.timeoutMs ?? 10_000)
    },
    csrfHeaders(target) {
      start()
      return appFetch.csrfHeaders(target)
    },
    async fetch(input, init) {
      start()
      return notice(await appFetch.fetch(input, init))
    },
    notice,
    resume: () => resume(sync),
    dehydrate() {
      // A session that is ending has no state until the server has confirmed the end.
      if (!cache.base || sync.state.ending) return
      const { csrf: _, ...state } = cache.base
      // Frozen, since what it holds is the base itself.
      return deepFreeze({ state: { ...state, last: 0 } }, frozen)
    },
    hydrate(dehydrated) {
      check()
      // A copy, since the app may change its own.
      const { state } = (dehydrated ?? {}) as Partial<DehydratedSession>
      const base = parseState(parseJson(JSON.stringify(state) ?? ''))
      if (!base) throw new SessionProtocolError(200, 'malformed')
      if (cache.base || sync.state.isDisposed) return false
      hydrateState(sync, { ...base, last: 0 })
      return true
    },
  }
}

/** The log as the app sees it, with the end that is not confirmed yet. */
export function toPending({ sync, journal, check }: Core): readonly PendingMutation[] {
  const entries = sync.cache.log.map(
    (mutation): PendingMutation => ({
      kind: kindOf(mutation.operation),
      keys: keysOf(mutation),
      sent: mutation.sent,
      durable: journal?.isDurable(mutation) ?? false,
      restored: mutation.restored,
      discard() {
        check()
        return discard(sync, mutation)
      },
    }),
  )
  return sync.state.ending
    ? [{ kind: 'end', keys: [], sent: true, durable: false, restored: false, discard: () => false }, ...entries]
    : entries
}

/** What the app called. */
function kindOf(operation: Operation): PendingMutation['kind'] {
  return 'name' in operation ? operation.name : operation.kind
}
