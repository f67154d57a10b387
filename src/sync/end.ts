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

/**
 * Ends the session here, at once: the view is empty and pending writes are rejected. The server is told by `sendEnd`;
 * resolves when it has said that the session is gone.
 */
export function beginEnd(sync: Sync): Promise<void> {
  const { cache, ending: former } = sync
  // Nothing was written since: it is the same end.
  if (former && cache.log.length === 0) return former.done
  let resolve!: Ending['resolve']
  let reject!: Ending['reject']
  const done = new Promise<void>((onEnded, onFailed) => {
    resolve = onEnded
    reject = onFailed
  })
  if (former) done.then(former.resolve, former.reject)
  // Before anybody is told: who is may call for the same end.
  sync.ending = { lineage: former?.lineage ?? cache.base?.lineage ?? null, attempts: 0, done, resolve, reject }
  sync.abort?.()
  // A version that no server has, so that no message of another tab fits it.
  finish(sync, 'flushed', { ...wiped, version: '' })
  return done
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
    if (sync.isDisposed || sync.ending !== ending) return
    if (verdict.kind === 'needs-auth') return pause(sync)
    const isAnswered = verdict.kind === 'gone' || verdict.kind === 'other-lineage'
    if (!isAnswered && verdict.kind !== 'csrf') return backOff(sync, verdict.kind === 'failed' ? verdict : failed(200))
  }
  sync.wanted = 'full'
  await read(sync)
}
