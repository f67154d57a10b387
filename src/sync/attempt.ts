import { sessionClientHeader } from '../protocol/headers.ts'
import type { WireAnswer, WireRequest } from '../transport/transport.ts'
import { backoffMs } from './backoff.ts'
import type { SessionExchange } from './events.ts'
import { judge, judgeFailure, type Verdict } from './judge.ts'
import { become, isStopped, type Sync, sleep } from './sync.ts'

/** What one attempt sends, and how it is told. */
export interface Attempt {
  readonly request: Omit<WireRequest, 'signal'>
  readonly told: Omit<SessionExchange, 'outcome' | 'status'>
}

const outcomes: Record<Verdict['kind'], SessionExchange['outcome']> = {
  state: 'acknowledged',
  unchanged: 'unchanged',
  gone: 'acknowledged',
  refused: 'conflict',
  'other-lineage': 'elsewhere',
  'unknown-key': 'elsewhere',
  'key-reused': 'refused',
  'needs-auth': 'needs-auth',
  csrf: 'refused',
  rejected: 'refused',
  failed: 'failed',
}

/** Sends once and judges the answer. The time limit covers the body too; an attempt given up is aborted before the next. */
export async function attempt(sync: Sync, { request, told }: Attempt): Promise<Verdict> {
  const { clock, transport, emit } = sync
  const controller = new AbortController()
  const { signal } = controller
  // Not every fetch heeds its signal, and Node's forgets it once a wrapped request is collected: the attempt ends all the same.
  const givenUp = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const abort = (): void => controller.abort()
  const timer = clock.setTimeout(abort, sync.timeoutMs)
  sync.abort = abort
  become(sync, { activity: request.method === 'GET' ? 'loading' : 'sending' })
  emit('exchange', { ...told, outcome: 'sent' })
  async function exchange(): Promise<WireAnswer> {
    const isUnsafe = request.method !== 'GET'
    const headers = {
      Accept: 'application/json',
      [sessionClientHeader]: sync.client,
      ...request.headers,
      ...(isUnsafe && (await sync.csrf(sync.csrfToken))),
    }
    return transport({ ...request, headers, signal })
  }
  let verdict: Verdict
  let status: number | undefined
  try {
    const answer = await Promise.race([exchange(), givenUp])
    status = answer.status
    verdict = judge(answer)
  } catch (cause) {
    verdict = judgeFailure(cause)
  }
  clock.clearTimeout(timer)
  sync.abort = undefined
  if (!sync.isDisposed) emit('exchange', { ...told, outcome: outcomes[verdict.kind], status })
  return verdict
}

/** Says what failed and waits before the next try. Coming back online and the like end the wait, a held client too. */
export async function backOff(sync: Sync, { error, retryAfterMs, isAnswered }: Verdict & { kind: 'failed' }): Promise<void> {
  sync.failures++
  const delayMs = backoffMs(sync.failures, sync.random(), sync.retry, retryAfterMs)
  if (sync.isDisposed) return
  become(sync, { activity: isAnswered ? 'retrying' : 'offline', error })
  const retryAt = sync.clock.now() + delayMs
  if (!isStopped(sync)) await sleep(sync, delayMs, retryAfterMs > 0)
  if (isStopped(sync) && retryAfterMs > 0) sync.retryAt = retryAt
}
