// Plays the Web Locks of one browser, for tests and for processes without a browser. It imports no test runner.
import type { LockMode, SessionLocks } from '../../src/index.ts'

interface HeldLock {
  readonly name: string
  readonly mode: LockMode
}

/** Locks between the tabs of one browser, as the Web Locks API has them: in the order of the requests, shared ones together. */
export function createLocks() {
  const held = new Set<HeldLock>()
  const queue: (HeldLock & { readonly grant: () => void })[] = []
  /** The locks granted so far: `creation` or `section shared`, with `after another` if it was awaited. */
  const story: string[] = []
  const isFree = ({ name, mode }: HeldLock, before: readonly HeldLock[]): boolean =>
    [...held, ...before].every((other) => other.name !== name || (mode === 'shared' && other.mode === 'shared'))
  function grantNext(): void {
    for (const waiting of [...queue]) {
      const before = queue.slice(0, queue.indexOf(waiting))
      if (isFree(waiting, before)) waiting.grant()
    }
  }
  const locks: SessionLocks = {
    request(name, { mode, ifAvailable, signal }, run) {
      const lock = { name, mode }
      async function hold(waited: boolean): Promise<unknown> {
        held.add(lock)
        story.push(`${name.split(' ')[0]} ${mode}${waited ? ' after another' : ''}`)
        try {
          return await run(lock)
        } finally {
          held.delete(lock)
          queueMicrotask(grantNext)
        }
      }
      if (isFree(lock, queue)) return hold(false)
      if (ifAvailable) return Promise.resolve(run(null))
      return new Promise((resolve, reject) => {
        const leave = (): void => void queue.splice(queue.indexOf(waiting), 1)
        const waiting = {
          ...lock,
          grant() {
            leave()
            resolve(hold(true))
          },
        }
        queue.push(waiting)
        signal?.addEventListener('abort', () => {
          if (!queue.includes(waiting)) return
          leave()
          reject(signal.reason)
          grantNext()
        })
      })
    },
  }
  return {
    locks,
    story,
    /** Whether somebody holds a lock of this name. */
    isTaken: (name: 'section' | 'creation') => [...held].some((lock) => lock.name.startsWith(name)),
    /** How many requests wait. */
    get waiting() {
      return queue.length
    },
    /** Holds a lock from now on, as a tab that is frozen does. Returns its release. */
    freeze(name: string, mode: LockMode = 'exclusive'): () => void {
      let release: () => void = () => {}
      void locks.request(name, { mode }, () => new Promise<void>((resolve) => (release = resolve)))
      return release
    },
  }
}
