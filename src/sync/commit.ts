import { toEffect } from '../cache/effect.ts'
import type { Mutation } from '../cache/mutation.ts'
import { SessionRejectedError } from '../errors/session-rejected-error.ts'
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import type { Commit } from '../protocol/commit.ts'
import { formatIdempotencyKey, idempotencyKeyHeader } from '../protocol/headers.ts'
import { attempt, backOff } from './attempt.ts'
import { failed, type Verdict } from './judge.ts'
import { maxFailures, pause, read } from './read.ts'
import { acknowledge, blame, giveWay, keysOf, move, rejectAll, takeOurs } from './settle.ts'
import { type Flight, isStopped, type Sync, sleep } from './sync.ts'

/** Bodies up to this size outlive the page; all of a page's together may have 64 KiB. */
const keepaliveBytes = 60 * 1024

/** Whether a body may outlive the page. A unit of a text is three bytes at most, so most need not be encoded to know. */
const isSmall = (body: string): boolean => body.length * 3 < keepaliveBytes || new TextEncoder().encode(body).length < keepaliveBytes

/** Takes a prefix of the log into a commit. Undefined where it has no net effect; it is then acknowledged at once. */
export function prepare(sync: Sync): Flight | undefined {
  const { cache } = sync
  const base = cache.base
  if (!base) return
  const mutations = cache.send(Math.min(sync.limit, cache.log.length))
  const effect = toEffect(base, mutations, sync.policy)
  // No late copy of a first commit reaches a session that is there.
  if (base.lineage === null) sync.isLoose = false
  if (!effect && (mutations.length > 0 || !sync.isLoose)) {
    blame(sync, sync.suspects - mutations.length)
    return void move(sync, base, new Set(mutations))
  }
  const commit: Commit = {
    lineage: base.lineage,
    base: base.version,
    after: sync.acknowledged,
    ...effect,
    ...(sync.isFresh && base.lineage === null && { fresh: true }),
  }
  return { n: ++sync.n, body: JSON.stringify(commit), mutations, attempts: 0, sentAt: 0, failures: 0, isDoubtful: false, isRenewed: false }
}

/** Sends the commit once and deals with the answer. Until its fate is known the next turn sends the same bytes again. */
export async function commit(sync: Sync, flight: Flight): Promise<void> {
  const { n, body, mutations } = flight
  flight.attempts++
  const { isDoubtful } = flight
  // Until the answer is here: end() may come before it.
  flight.isDoubtful = true
  flight.sentAt = sync.clock.now()
  const verdict = await attempt(sync, {
    request: {
      method: 'PATCH',
      body,
      // A refusal for the quota looks like a network error, so the second attempt goes without.
      keepalive: flight.attempts !== 2 && isSmall(body),
      headers: {
        'Content-Type': 'application/json',
        Prefer: 'return=minimal',
        [idempotencyKeyHeader]: formatIdempotencyKey(sync.client, n),
      },
    },
    told: { kind: 'commit', n, attempt: flight.attempts, mutations: mutations.length },
  })
  // end() or dispose() took the commit away meanwhile: the answer says nothing any more.
  if (sync.flight !== flight || sync.isDisposed) return
  flight.isDoubtful = isDoubtful
  await settleCommit(sync, flight, verdict)
}

async function settleCommit(sync: Sync, flight: Flight, verdict: Verdict): Promise<void> {
  switch (verdict.kind) {
    case 'state':
      return acknowledge(sync, flight, verdict.answer)
    case 'refused':
      return refuse(sync, flight, verdict)
    case 'other-lineage':
      calm(sync, flight, 3)
      return read(sync, true)
    case 'unknown-key':
      sync.lost.set(flight.n, flight)
      sync.flight = undefined
      calm(sync, flight, 3)
      return read(sync, true)
    case 'key-reused':
      return renumber(sync, flight)
    case 'needs-auth':
      return pause(sync)
    case 'rejected':
      return rejectBlamed(sync, flight, verdict)
    case 'csrf':
      if (flight.isRenewed) return retry(sync, flight, failed(403))
      flight.isRenewed = true
      sync.wanted = 'full'
      return read(sync)
    case 'failed':
      return retry(sync, flight, verdict)
    default:
      return retry(sync, flight, failed(204))
  }
}

/**
 * Somebody else was first: the log is replayed on what the server has now and goes under the next number. Refused for the
 * first time, each of several rivals waits for a time of its own; refused again it goes at once, and comes in while who
 * was stored rests. Each refusal is somebody's success, so of eight rivals one may well be refused fifty times in a row.
 */
function refuse(sync: Sync, flight: Flight, { state }: Verdict & { kind: 'refused' }): void {
  takeOurs(sync, state)
  calm(sync, flight, 120, sync.conflicts > 0 ? 0 : 8 * sync.rivals)
}

/** Lets others go first for up to so many round trips; for ever longer after too many refusals in a row. */
function calm(sync: Sync, flight: Flight, patience: number, roundTrips = 0): void {
  const many = sync.conflicts++ - patience
  giveWay(sync, flight, sync.random() * (many < 0 ? roundTrips : 2 ** many))
}

/** Somebody else used our number: from here on we are another client, and what may have been stored is not sent again. */
function renumber(sync: Sync, flight: Flight): void {
  Object.assign(sync, { client: sync.createClientId(), n: 0, acknowledged: 0, flight: undefined, isLoose: false })
  sync.lost.clear()
  calm(sync, flight, 3)
  if (flight.isDoubtful) rejectAll(sync, flight.mutations, () => new SessionUnknownFateError())
}

/**
 * The mutations to blame for a refusal, as far as is known: the only one of the commit, or the only one of a key that the
 * server names. Of several on one key some may be innocent.
 */
function findBlamed(mutations: readonly Mutation[], { name, errors }: Verdict & { kind: 'rejected' }): readonly Mutation[] {
  if (mutations.length === 1) return mutations
  // A commit carries the last one only, so the one that exceeds the limit is known.
  if (name === 'expiry-too-long') return mutations.filter(({ operation }) => operation.kind === 'setExpiry').slice(-1)
  const suspects = errors.map(({ key = '' }) => mutations.filter((mutation) => keysOf(mutation).includes(key)))
  return [...new Set(suspects.flatMap((group) => (group.length === 1 ? group : [])))]
}

/** Rejects the mutations to blame; where none is known halves the commit to find one. */
function rejectBlamed(sync: Sync, flight: Flight, verdict: Verdict & { kind: 'rejected' }): void {
  const { status, name, errors, limit } = verdict
  const { mutations } = flight
  const blamed = findBlamed(mutations, verdict)
  sync.lost.set(flight.n, flight)
  sync.flight = undefined
  sync.isLoose = mutations.length > 0 && (sync.isLoose || flight.isDoubtful)
  blame(sync, blamed.length > 0 ? 0 : mutations.length)
  rejectAll(sync, blamed, (mutation) => {
    const keys = keysOf(mutation)
    const ours = errors.filter(({ key }) => key === undefined || keys.includes(key))
    // Found by halving, the guilty one gets the server's words, though they name a key that it did not write.
    return new SessionRejectedError(status, name, ours.length > 0 ? ours : errors, limit)
  })
}

/** Answers that say that nothing was stored. A 503 does not: the store may have been lost after it had stored. */
const refusals: readonly unknown[] = [403, 429]

async function retry(sync: Sync, flight: Flight, verdict: Verdict & { kind: 'failed' }): Promise<void> {
  if (!refusals.includes((verdict.error as { status?: number }).status)) flight.isDoubtful = true
  // Without keepalive, since the quota may have refused it; and in a task of its own, which a page that is being left
  // never runs: there the first attempt goes on, and a second one would be another request of the same.
  if (!verdict.isAnswered && flight.attempts === 1) return sleep(sync, 0)
  if (verdict.isAnswered && !verdict.isTemporary) flight.failures++
  await backOff(sync, verdict)
  if (flight.failures < maxFailures - 1 || isStopped(sync)) return
  sync.wanted = 'full'
  await read(sync)
}
