// Owns `exclusive`: a request of the app that runs while no exchange of this session is in flight in any tab. The client calls it. It awaits the
// app's function and the lock; what the pipeline may do meanwhile `plan.ts` decides.
import { SessionDisposedError } from '../errors/session-disposed-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import type { GrantedLock } from '../platform/locks.ts'
import { noteOtherTab, requestRead } from './commands.ts'
import type { Sync } from './engine.ts'
import { skipBackoff } from './pacing.ts'
import { callSection, endsSection, expectNoIdentityChange, leaveSection, returnSection, runSection, type Section } from './section.ts'

/** After how long a commit in flight is cut for a section, in milliseconds. A read is cut at once: the one after the section answers it. */
const commitPatienceMs = 1000

/** The sections of one client. Those that overlap share one lock. */
export interface Sections {
  /** Runs a request of the app alone, then reads. */
  run<R>(request: () => Promise<R> | R, timeoutMs: number): Promise<R>
  /** Makes room for a section, of this tab or another one. */
  makeRoom(): void
  /** Gives the lock to other tabs, because the page is left. */
  release(): void
}

/** Settles as the promise does, or as `onTimeout` does when the time is over or the client is disposed of. */
function within<T>(sync: Sync, timeoutMs: number, promise: Promise<T>, onTimeout: () => T | PromiseLike<T>): Promise<T> {
  const { cache, ports } = sync
  let end: () => void = () => {}
  const over = new Promise<void>((resolve) => {
    const timer = ports.clock.setTimeout(resolve, timeoutMs)
    const stop = cache.watch(() => sync.state.isDisposed && resolve())
    if (sync.state.isDisposed) resolve()
    end = () => {
      ports.clock.clearTimeout(timer)
      stop()
    }
  })
  over.then(end)
  return Promise.race([promise, over.then(onTimeout)]).finally(end) as Promise<T>
}

/** Whether an exchange that was in flight for so long is cut now, so that a section can begin. */
export function isCutForSection(kind: 'read' | 'commit' | 'end', forMs: number): boolean {
  return kind === 'read' || forMs >= commitPatienceMs
}

/** Resolves when a section is alone: nothing of this tab is in flight, and the lock is held or refused. */
export function whenAlone(sync: Sync, acquired: Promise<void>): Promise<unknown> {
  return Promise.all([acquired, new Promise<void>((resolve) => sync.whenIdle(resolve))])
}

/** The lock of a section. The sections of one client that overlap share it. */
interface SectionLock {
  /** Requests the lock, unless this tab has it. A browser that refuses it leaves this tab alone. */
  acquire(): Promise<void>
  release(): void
}

function createSectionLock({ ports: { locks, publish }, tab }: Sync): SectionLock {
  let lock: GrantedLock | undefined
  let controller: AbortController | undefined
  return {
    async acquire() {
      if (lock || !locks.exclusive) return
      const mine = new AbortController()
      controller = mine
      publish.broadcast({ say: 'want', tab })
      const granted = await locks.exclusive(mine.signal, () => {}).catch(() => undefined)
      if (controller !== mine) return granted?.release()
      lock = granted
    },
    release() {
      controller?.abort()
      controller = undefined
      lock?.release()
      lock = undefined
    },
  }
}

/** Cuts the exchange in flight for a section: a read at once, a commit when its time is over. */
function makeRoom(sync: Sync): void {
  const { clock } = sync.ports
  const { exchange } = sync.state
  if (!exchange) return
  const forMs = clock.now() - exchange.startedAt
  if (isCutForSection(exchange.kind, forMs)) return sync.cut()
  const timer = clock.setTimeout(() => sync.state.exchange === exchange && sync.cut(), commitPatienceMs - forMs)
  sync.whenIdle(() => clock.clearTimeout(timer))
}

/** Creates the sections of a client. */
export function createSections(sync: Sync): Sections {
  const lock = createSectionLock(sync)
  let entering: Promise<unknown> | undefined

  const change = (next: (section: Section) => Section): void => {
    const section = next(sync.state.section)
    sync.apply({ state: { ...sync.state, section } })
  }

  function enter(): Promise<unknown> {
    makeRoom(sync)
    return whenAlone(sync, lock.acquire())
  }

  /** Continues, here and in the other tabs, after a read. A log-in that appears before that read is answered is the app's own. */
  async function leave(timeoutMs: number): Promise<void> {
    entering = undefined
    if (!sync.state.isDisposed) {
      const answered = requestRead(sync, 'full')
        .catch(() => {})
        .then(() => {
          if (sync.state.section.phase !== 'running') change(expectNoIdentityChange)
        })
      await within(sync, timeoutMs, answered, () => {})
    }
    // Another one may have begun during the read.
    if (!endsSection(sync.state.section.calls)) return
    lock.release()
    change(leaveSection)
  }

  return {
    makeRoom: () => makeRoom(sync),
    release: lock.release,
    async run(request, timeoutMs) {
      // The app's request may end the session.
      noteOtherTab(sync)
      change(callSection)
      try {
        entering ??= enter()
        // Exactly-once does not rest on the lock: what takes too long is cut, and the section begins without it.
        await within(sync, timeoutMs, entering, sync.cut)
        if (sync.state.isDisposed) throw new SessionDisposedError()
        // Nor does what failed wait afterwards, unless the server asked for it.
        sync.apply({ state: { ...sync.state, pacing: skipBackoff(sync.state.pacing), section: runSection(sync.state.section) } })
        const running = Promise.resolve(request())
        return await within(sync, timeoutMs, running, () => {
          if (sync.state.isDisposed) return running
          throw new SessionUsageError(
            `exclusive took longer than ${timeoutMs} ms. Do not await a session write inside: it is sent afterwards.`,
          )
        })
      } finally {
        change(returnSection)
        if (endsSection(sync.state.section.calls)) await leave(timeoutMs)
      }
    },
  }
}
