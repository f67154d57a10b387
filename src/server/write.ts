// Owns the response to a PATCH: reads the commit, has record.ts decide it and stores the outcome by compare-and-set.
import { formatIdempotencyKey, idempotencyKeyHeader, parseIdempotencyKey } from '../protocol/headers.ts'
import { answerProblem, answerRefusal, answerState, answerUnavailable, type Context, toSetCookie } from './answers.ts'
import { readCommit } from './body.ts'
import type { HttpResponse } from './http.ts'
import { sha256 } from './keys.ts'
import { bodyHashLength } from './past-writes.ts'
import { toProblem } from './problems.ts'
import { type Attempt, decideCommit, type Outcome } from './record.ts'
import { findCostRefusal, findKeyRefusal, findRefusal } from './refusals.ts'
import { retry } from './retry.ts'
import { type Asker, toMinimal, toState } from './state.ts'
import { toTags } from './tags.ts'
import type { Found } from './vault.ts'

type Storing = Extract<Outcome, { kind: 'store' }>

/**
 * Responds to a PATCH: one commit, decided by record.ts and stored by compare-and-set. `isAdmitted` says whether the app has
 * admitted the request as one that may create a session, because its cookie has not the form of a key.
 */
export async function answerCommit(from: Asker, context: Context, isAdmitted: boolean): Promise<HttpResponse> {
  const { request } = from
  const number = parseIdempotencyKey(request.header(idempotencyKeyHeader.toLowerCase()))
  if (!number) return toProblem('bad-request', { detail: `${idempotencyKeyHeader} must be "<client>/<n>", with its quotes.` })
  const body = await readCommit(request, context.settings.maxBodyBytes)
  if (body.refusal) return body.refusal
  const { commit, bytes } = body
  if (commit.after >= number.n) return toProblem('bad-request', { detail: '"after" must be below the number of the commit.' })
  const { keys, maxKeys, maxSessionBytes } = context.settings
  const cost = { maxKeys, maxSessionBytes, mayShrink: !isAdmitted }
  const refusal = findCostRefusal(commit, cost) ?? findKeyRefusal(commit, keys)
  if (refusal) return refusal
  const attempt: Attempt = { ...number, commit, hash: (await sha256(bytes)).slice(0, bodyHashLength), tags: await toTags(commit.set ?? {}) }
  const asker = { request, client: number.client }
  return (await retry(() => tryCommit(attempt, asker, context, isAdmitted))) ?? answerUnavailable()
}

/** One try; undefined where somebody else wrote between reading and storing. */
async function tryCommit(attempt: Attempt, asker: Asker, context: Context, isAdmitted: boolean): Promise<HttpResponse | undefined> {
  const { settings, vault } = context
  const { found, outcome } = await locate(attempt, asker, context)
  const { subject, key } = found
  switch (outcome.kind) {
    case 'store': {
      const refusal = await findRefusal(outcome, found, attempt.commit, settings)
      if (refusal) return refusal
      // A cookie that has the form of a key and names no session looked like one that creates nothing.
      const denied = key === undefined && !isAdmitted ? await settings.admit(asker.request, true) : null
      if (denied) return answerRefusal(denied)
      const nextKey = await save(found, outcome, attempt)
      return nextKey === undefined ? undefined : answerStored(outcome, nextKey, attempt, asker)
    }
    case 'idle':
      return answerState(toState(subject, asker, settings))
    case 'replayed': {
      const cookie = outcome.cookie && key !== undefined ? toSetCookie(key, subject.record, settings) : undefined
      return answerState(toState(subject, asker, settings), { cookie })
    }
    case 'bad-expiry':
      return toProblem('bad-request', { detail: '"expiry" is a date that has passed.' })
    case 'expiry-too-long':
      return toProblem('expiry-too-long', { detail: `The session may live for ${outcome.limit} s.`, limit: outcome.limit })
    case 'key-reused':
      return toProblem('key-reused')
    case 'conflict':
      return answerProblem('conflict', subject, asker, settings, { conflicts: outcome.conflicts })
    default:
      return answerProblem(outcome.kind, subject, asker, settings)
  }

  function save({ subject, key }: Found, { next, rotate }: Storing, { client, n }: Attempt): Promise<string | undefined> {
    if (key === undefined) return vault.create(next)
    if (!rotate) return vault.replace(key, subject.record, next)
    return vault.rotate(key, subject.record, next, { by: formatIdempotencyKey(client, n) })
  }

  function answerStored({ next, cookie, exact }: Storing, key: string, { commit }: Attempt, asker: Asker): HttpResponse {
    const state = toState({ key: 'known', record: next }, asker, settings)
    const isMinimal = exact && /(^|[\s,;])return="?minimal\b/i.test(asker.request.header('prefer') ?? '')
    return answerState(isMinimal ? toMinimal(state, Object.keys(commit.set ?? {})) : state, {
      cookie: cookie ? toSetCookie(key, next, settings) : undefined,
      isMinimal,
    })
  }
}

/** Finds the session and decides. The old key of a rotation leads on, for the commit that rotated it and for its repetition alone. */
async function locate(attempt: Attempt, { request }: Asker, { settings, vault }: Context): Promise<{ found: Found; outcome: Outcome }> {
  const cookie = await vault.cookieOf(request.header('cookie'))
  const decide = ({ subject }: Found): Outcome => {
    // Random bytes are a tenth of what a commit costs.
    const lineage = subject.key === 'known' ? subject.record.lineage : vault.name()
    const { keys, maxAgeMs, maxLifetimeMs } = settings
    return decideCommit(subject, attempt, { now: settings.now(), maxAgeMs, maxLifetimeMs, mark: vault.name(), lineage, keys })
  }
  const found = await vault.find(cookie)
  if (cookie !== undefined && found.tombstone?.by === formatIdempotencyKey(attempt.client, attempt.n)) {
    const led = await vault.follow(cookie, found.tombstone)
    const outcome = decide(led)
    if (outcome.kind === 'replayed' || outcome.kind === 'key-reused') return { found: led, outcome }
  }
  return { found, outcome: decide(found) }
}
