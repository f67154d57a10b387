// Owns what each exchange sends: method, fields, body, keepalive. `loop.ts` calls it once a step's locks are held. Pure.

import {
  formatIdempotencyKey,
  idempotencyKeyHeader,
  sessionClientHeader,
  sessionLineageHeader,
  sessionRequestHeader,
} from '../protocol/headers.ts'
import type { State } from '../protocol/state.ts'
import type { WireRequest } from '../transport/transport.ts'
import type { SessionExchange } from './events.ts'
import type { InFlight } from './outbox.ts'
import type { ExchangeStep } from './plan.ts'
import type { SyncState } from './state.ts'

/** What one attempt sends, and how the event `exchange` describes it. */
export interface Attempt {
  /** The value of `Session-Request`: one for each read, end and commit number. */
  readonly value: string
  readonly request: Omit<WireRequest, 'signal'>
  readonly event: Omit<SessionExchange, 'outcome' | 'status'>
}

/** All keepalive requests and beacons of a page share 64 KiB (Fetch, "inflightKeepaliveBytes"), so a larger commit asks for none. */
const maxKeepaliveBytes = 60 * 1024
/** While the page is visible a commit takes no more than this of it, so that the app's own beacons find room. */
const usualKeepaliveBytes = 16 * 1024

/** Whether a body has fewer bytes than a limit. A unit of a string is three bytes at most, so most need not be encoded to know. */
const isBelow = (body: string, limit: number): boolean => body.length * 3 < limit || new TextEncoder().encode(body).length < limit

/** Whether a commit's request outlives the page: a small one always, a larger one once the page is hidden and may be left. */
export function isKeptAlive({ body, next }: InFlight, isHidden: boolean): boolean {
  return next !== 'without-keepalive' && isBelow(body, isHidden ? maxKeepaliveBytes : usualKeepaliveBytes)
}

/** Whether a commit that was sent without keepalive can go again with it as the page is left. */
export function mayOutlivePage({ body }: InFlight): boolean {
  return isBelow(body, maxKeepaliveBytes)
}

/** Returns what a commit's attempt sends. The number is bound to these bytes, so every attempt sends the same. */
function toCommitAttempt(client: string, commit: InFlight, isHidden: boolean): Attempt {
  const value = `${client}.${commit.n}`
  const headers = {
    [sessionRequestHeader]: value,
    [sessionClientHeader]: client,
    'Content-Type': 'application/json',
    Prefer: 'return=minimal',
    [idempotencyKeyHeader]: formatIdempotencyKey(client, commitNumber(commit)),
  }
  return {
    value,
    request: { method: 'PATCH', body: commit.body, keepalive: isKeptAlive(commit, isHidden), headers },
    event: { kind: 'commit', n: commit.n, attempt: commit.attempts + 1, mutations: commit.mutations.length },
  }
}

/** Returns the number under which a commit goes: the same at every attempt. */
export function commitNumber({ n }: Pick<InFlight, 'n' | 'attempts'>): number {
  return n
}

/** Returns what the next attempt of a step sends. */
export function toAttempt(step: ExchangeStep, state: SyncState, base: State | undefined, isHidden: boolean): Attempt {
  const { client, inFlight } = state.outbox
  if (step.kind === 'commit' && inFlight) return toCommitAttempt(client, inFlight, isHidden || step.isLeaving)
  const { requests, isBypassed } = state.freshness
  const value = `${client}.r${requests}`
  const fields = { [sessionRequestHeader]: value, [sessionClientHeader]: client }
  if (step.kind === 'end') {
    const headers = { ...fields, [sessionLineageHeader]: state.ending?.lineage ?? '' }
    return { value, request: { method: 'DELETE', headers }, event: { kind: 'end', attempt: (state.ending?.attempts ?? 0) + 1 } }
  }
  const version = step.kind === 'read' && step.isConditional ? base?.version : undefined
  const headers = { ...fields, ...(version !== undefined && { 'If-None-Match': `"${version}"` }) }
  return {
    value,
    request: { method: 'GET', headers, ...(isBypassed && { fresh: value }) },
    event: { kind: 'read', attempt: state.pacing.failures + 1 },
  }
}
