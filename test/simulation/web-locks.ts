// The Web Locks of one simulated browser: shared and exclusive, with a queue for each name. browser.ts opens them for each page.
import type { Page } from './browser.ts'
import type { Scheduler } from './scheduler.ts'

/** The part of the Web Locks API that the client uses. */
export interface SimulatedLocks {
  request(
    name: string,
    options: { readonly mode: 'shared' | 'exclusive'; readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    run: (lock: unknown) => Promise<unknown>,
  ): Promise<unknown>
}

interface Lock {
  readonly page: Page
  readonly mode: 'shared' | 'exclusive'
  readonly start: () => void
}

/** The locks of one name: those that are held, and those that wait in their order. */
interface Queue {
  readonly held: Set<Lock>
  readonly waiting: Lock[]
}

export interface WebLocks {
  open(page: Page): SimulatedLocks
  /** What a page held is free again, and what it waited for is not wanted any more. */
  release(page: Page): void
}

/** Whether nothing that is held excludes a lock, and nothing waits that came before. */
const isFree = ({ held, waiting }: Queue, { mode }: Lock): boolean =>
  waiting.length === 0 && [...held].every((one) => mode === 'shared' && one.mode === 'shared')

/** Creates the locks of a browser. `isSpinning` is told each request, since none makes time pass. */
export function createWebLocks(scheduler: Scheduler, isSpinning: () => boolean): WebLocks {
  const queues = new Map<string, Queue>()

  function queueOf(name: string): Queue {
    const queue = queues.get(name) ?? { held: new Set(), waiting: [] }
    queues.set(name, queue)
    return queue
  }

  function grantNext(queue: Queue): void {
    for (let next = queue.waiting.shift(); next; next = queue.waiting.shift()) {
      if (!isFree({ held: queue.held, waiting: [] }, next)) return void queue.waiting.unshift(next)
      hold(queue, next)
    }
  }

  function hold(queue: Queue, lock: Lock): void {
    queue.held.add(lock)
    scheduler.after(0, () => lock.page.enter(lock.start))
  }

  function request(page: Page, ...[name, { mode, ifAvailable, signal }, run]: Parameters<SimulatedLocks['request']>): Promise<unknown> {
    const queue = queueOf(name)
    return new Promise((resolve, reject) => {
      if (page.isGone || isSpinning()) return
      const start = (): void => {
        const end = (): void => {
          if (queue.held.delete(lock)) grantNext(queue)
        }
        run(lock).then(resolve, reject).finally(end)
      }
      const lock: Lock = { page, mode, start }
      if (isFree(queue, lock)) return hold(queue, lock)
      if (ifAvailable) return void scheduler.after(0, () => page.enter(() => run(null).then(resolve, reject)))
      queue.waiting.push(lock)
      signal?.addEventListener('abort', () => {
        const index = queue.waiting.indexOf(lock)
        if (index < 0) return
        queue.waiting.splice(index, 1)
        reject(signal.reason)
        grantNext(queue)
      })
    })
  }

  return {
    open: (page) => ({ request: (...args) => request(page, ...args) }),
    release(page) {
      for (const queue of queues.values()) {
        const rest = queue.waiting.filter((lock) => lock.page !== page)
        queue.waiting.splice(0, queue.waiting.length, ...rest)
        for (const lock of queue.held) if (lock.page === page) queue.held.delete(lock)
        grantNext(queue)
      }
    },
  }
}
