import { sessionLineageHeader } from '../protocol/headers.ts'
import type { State } from '../protocol/state.ts'
import { attempt, backOff } from './attempt.ts'
import { backoffMs } from './backoff.ts'
import { failed } from './judge.ts'
import { pause, read } from './read.ts'
import { finish } from './settle.ts'
import { type Ending, isStopped, type Sync, sleep } from './sync.ts'

/** What the view is based on from `end()` until the server said what it has. */
const wiped: Omit<State, 'version'> = { lineage: null, data: {}, tags: {}, last: 0, expiry: { age: 0, atBrowserClose: false } }

/** Ends the session here, at once: the view is empty and pending writes are rejected. The server is told by `sendEnd`. */
export function beginEnd(sync: Sync, ending: Ending): void {
  sync.ending = ending
  sync.abort?.()
  // A version that no server has, so that no message of another tab fits it.
  finish(sync, 'flushed', { ...wiped, version: '' })
}

/**
 * Tells the server, then reads. Only a read that shows another lineage, or none, says that the session is gone: the
 * request may have met a key that was rotated away while the session lives on under a new one.
 */
export async function sendEnd(sync: Sync, ending: Ending): Promise<void> {
  const { lineage } = ending
  if (lineage !== null) {
    ending.attempts++
    if (ending.attempts > 1) await sleep(sync, backoffMs(ending.attempts - 1, sync.random(), sync.retry))
    if (isStopped(sync)) return
    const headers = { [sessionLineageHeader]: lineage }
    const verdict = await attempt(sync, { request: { method: 'DELETE', headers }, told: { kind: 'end', attempt: ending.attempts } })
    if (sync.isDisposed) return
    if (verdict.kind === 'needs-auth') return pause(sync)
    const isAnswered = verdict.kind === 'gone' || verdict.kind === 'other-lineage'
    if (!isAnswered && verdict.kind !== 'csrf') return backOff(sync, verdict.kind === 'failed' ? verdict : failed(200))
  }
  sync.wanted = 'full'
  await read(sync)
}
