// Tells the failures of a store from those of the app's functions: a store that is down comes back by itself, so it is a
// 503 that clients wait out; anything else is a 500 that their five tries end.
import type { SessionStore } from './store.ts'

/** Rejects a call of the store that failed. `cause` is what the store rejected with. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  /** The HTTP status that it stands for, where Express and its like look for one. */
  readonly status = 503

  constructor(cause: unknown) {
    super('Failed to reach the store of the sessions: cause says why. It is tried again with the next request.', { cause })
  }
}

/** Rejects a read of an entry that holds no session, as after a torn write or by a foreign program. Its visitor may remove it. */
export class UnreadableEntryError extends Error {
  override readonly name = 'UnreadableEntryError'
  readonly id: string
  readonly revision: string

  constructor(id: string, revision: string) {
    super(
      `Failed to read the session that the store keeps under ${id}: another program wrote it, or it was cut off. ` +
        'It stays until it expires, its visitor signs in or out, or you delete it.',
    )
    this.id = id
    this.revision = revision
  }
}

/** Wraps a store so that each of its failures rejects with a `StoreFault`. */
export function guardStore(store: SessionStore): SessionStore {
  const guard = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (cause) {
      throw new StoreFault(cause)
    }
  }
  const { sweep, listByOwner, watch } = store
  return {
    read: (id) => guard(() => store.read(id)),
    write: (write) => guard(() => store.write(write)),
    remove: (id, revision) => guard(() => store.remove(id, revision)),
    ...(sweep && { sweep: (now: number, limit: number) => guard(() => sweep.call(store, now, limit)) }),
    ...(listByOwner && { listByOwner: (owner: string) => guard(() => listByOwner.call(store, owner)) }),
    ...(watch && { watch: watch.bind(store) }),
  }
}
