// Requests the lock of a client id, which says that its page lives. `journal.ts` and `find-logs.ts` call it. It never waits for a lock.
import type { SessionLocks } from '../platform/locks.ts'

/** Resolves with what releases the lock; undefined if another page has it. */
export type LockClient = (client: string) => Promise<(() => void) | undefined>

/** Creates the requests for the locks of one session. */
export function createLockClient(locks: SessionLocks, name: string): LockClient {
  return (client) =>
    new Promise((resolve, reject) => {
      const hold = async (lock: unknown): Promise<void> => {
        if (lock !== null) return new Promise((release) => resolve(release))
        resolve(undefined)
      }
      locks.request(`${name} ${client}`, { mode: 'exclusive', ifAvailable: true }, hold).catch(reject)
    })
}
