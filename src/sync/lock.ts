import { graceMs } from './hold-message.ts'
import { isStopped, type SessionLock, type Sync, sleep } from './sync.ts'

/** For how many attempts' time the lock of another tab is waited for. */
const lockAttempts = 3

/**
 * Runs something under a lock, and without it where the browser refuses it (a sandbox, a page that is not fully active)
 * or another tab keeps it for longer than its attempts may take and does not answer: a frozen one keeps it for ever.
 */
export async function underLock(sync: Sync, lock: SessionLock, run: (waited: boolean) => Promise<void>): Promise<void> {
  let work: Promise<void> | undefined
  let waited = true
  let isOver = false
  let stopWaiting: (() => void) | undefined
  const wait = (delayMs: number): Promise<void> => {
    const waiting = sleep(sync, delayMs, true)
    stopWaiting = sync.cancel
    return waiting
  }
  const locking = async (): Promise<void> =>
    lock(async (isLate) => {
      if (isOver) return
      sync.isLocking = true
      stopWaiting?.()
      work = run(isLate).finally(() => {
        sync.isLocking = false
      })
      await work
    })
  locking().catch(() => {
    if (work) return // stolen: what is begun goes on
    waited = false
    isOver = true
    stopWaiting?.()
  })
  const isWaiting = (): boolean => !work && !isOver && !isStopped(sync)
  while (isWaiting()) {
    await wait(lockAttempts * sync.timeoutMs)
    sync.isLockedElsewhere = false
    if (isWaiting() && sync.tell({ say: 'ask', tab: sync.tab })) await wait(graceMs)
    if (!sync.isLockedElsewhere) break
  }
  isOver = true
  await (work ?? (isStopped(sync) ? undefined : run(waited)))
}
