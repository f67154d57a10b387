// Owns the port to locks between tabs and workers: Web Locks, reduced to "request, then release". The client's wiring opens it once;
// `sync/held-locks.ts` and `sync/exclusive.ts` request. It never steals a lock: a suspended tab that wakes up would steal in turn.

/** The part of the Web Locks API (https://w3c.github.io/web-locks/) that the client uses; `navigator.locks` is one. */
export interface SessionLocks {
  /** Runs the callback while the lock is held; with `ifAvailable` it gets `null` if another holds the lock. */
  request(
    name: string,
    options: { readonly mode: LockMode; readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    run: (lock: unknown) => Promise<unknown>,
  ): Promise<unknown>
}

/** Whether a lock excludes all others, or only exclusive ones. */
export type LockMode = 'shared' | 'exclusive'

/** A lock that was granted. */
export interface GrantedLock {
  /** Whether another tab had it first. */
  readonly hasWaited: boolean
  release(): void
}

/** Resolves once the lock is granted; rejects if the browser refuses it or the signal aborts the request. Calls `onWait` if another tab has it. */
export type AcquireLock = (signal: AbortSignal, onWait: () => void) => Promise<GrantedLock>

/** Creates the request for one lock. */
export function createLock(locks: SessionLocks, name: string, mode: LockMode): AcquireLock {
  return (signal, onWait) =>
    new Promise((resolve, reject) => {
      const grant = (hasWaited: boolean): Promise<void> => new Promise((release) => resolve({ hasWaited, release }))
      async function request(): Promise<void> {
        const isGranted = await locks.request(name, { mode, ifAvailable: true }, async (lock) => {
          if (lock === null) return false
          await grant(false)
          return true
        })
        if (isGranted) return
        onWait()
        await locks.request(name, { mode, signal }, () => grant(true))
      }
      request().catch(reject)
    })
}

/** Whether tabs and workers share this realm's cookies: true in a page and in a worker, false on a server. */
export const isBrowser = (): boolean => typeof document !== 'undefined' || typeof WorkerGlobalScope !== 'undefined'

/** Returns the browser's locks; `undefined` on a server, outside a secure context, and if the browser has none. */
export function openLocks(): SessionLocks | undefined {
  return isBrowser() && typeof navigator !== 'undefined' ? (navigator.locks as SessionLocks | undefined) : undefined
}

declare const WorkerGlobalScope: unknown
