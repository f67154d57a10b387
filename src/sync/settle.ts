import { lastWrites, type Mutation, writesOf, writtenBy } from '../cache/mutation.ts'
import { decodeStored } from '../cache/stored-value.ts'
import type { SessionEndReason } from '../errors/session-ended-error.ts'
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { SessionUnknownFateError } from '../errors/session-unknown-fate-error.ts'
import type { Answer, State } from '../protocol/state.ts'
import type { SessionWriteError } from './events.ts'
import { answerReaders, type Flight, type Sync } from './sync.ts'

const none: ReadonlySet<Mutation> = new Set()

/** The keys that a mutation writes. */
export function keysOf(mutation: Mutation): readonly string[] {
  const { operation } = mutation
  return 'key' in operation ? [operation.key] : writtenBy(mutation)
}

/** Moves the base and tells everybody: views first, then the promises, then the events. */
export function move(
  sync: Sync,
  base: State | undefined,
  acknowledged: ReadonlySet<Mutation> = none,
  removed: ReadonlySet<Mutation> = none,
): void {
  const { cache, emit } = sync
  const moved = cache.move({ base, acknowledged, removed })
  for (const mutation of acknowledged) settle(sync, mutation)
  for (const [mutation, error] of moved.rejected) reject(sync, mutation, error)
  for (const conflict of moved.conflicts) emit('conflict', conflict)
  for (const invalid of moved.invalid) emit('invalid', invalid)
}

/** Tells the callers of a mutation, and the app, that it is stored. It has left the log. */
function settle(sync: Sync, mutation: Mutation): void {
  mutation.resolve(mutation.accessed?.result)
  sync.onAcknowledged(keysOf(mutation))
}

/** Tells the callers of a mutation, and the app, that it was not stored. It has left the log. */
function reject(sync: Sync, mutation: Mutation, error: unknown): void {
  // Nobody has to touch the promise of a write.
  mutation.receipt.catch(() => {})
  mutation.reject(error)
  sync.onRejected(keysOf(mutation), error as SessionWriteError)
}

/** Those of the mutations that are in the log still. */
function pendingOf({ cache }: Sync, mutations: readonly Mutation[]): Mutation[] {
  const pending = new Set(cache.log)
  return mutations.filter((mutation) => pending.has(mutation))
}

/** Takes mutations from the log and rejects each with an error of its own. */
export function rejectAll(sync: Sync, mutations: readonly Mutation[], toError: (mutation: Mutation) => unknown): void {
  const errors = pendingOf(sync, mutations).map((mutation) => [mutation, toError(mutation)] as const)
  move(sync, sync.cache.base, none, new Set(mutations))
  for (const [mutation, error] of errors) reject(sync, mutation, error)
}

/** Takes a state of an answer to our own request as the base. `acknowledged` are the mutations that it contains, `removed` those that it may contain. */
function takeState(sync: Sync, state: State, acknowledged: ReadonlySet<Mutation> = none, removed: ReadonlySet<Mutation> = none): void {
  const from = sync.cache.base?.version ?? null
  sync.acknowledged = state.last
  sync.csrfToken = state.csrf ?? sync.csrfToken
  Object.assign(sync, { status: 'ready', error: null, failures: 0, isPaused: false })
  // Who is told that all is settled finds nobody at work.
  if (sync.cache.log.length === acknowledged.size + removed.size) sync.activity = 'idle'
  move(sync, state, acknowledged, removed)
  // Who was told may have ended it.
  if (sync.cache.base === state) sync.onState(state, from)
  answerReaders(sync)
}

/** After how many commits others are let in though we know of none: who is always too late is heard of by nobody. */
const restEvery = 12

/** Lets others go first: nothing of ours is stored for so many times what a commit took, a second at most. */
export function giveWay(sync: Sync, flight: Flight, roundTrips: number): void {
  const now = sync.clock.now()
  sync.sendAt = now + Math.min(1000, roundTrips * (now - flight.sentAt))
}

/**
 * Lets others in after a commit of ours: who writes without a pause shuts out all others, which need a round trip to
 * follow. Who knows of rivals rests often and briefly, who does not for longer than their round trip.
 */
function rest(sync: Sync, flight: Flight): void {
  sync.rivals += (sync.conflicts - sync.rivals) / 8
  sync.conflicts = 0
  giveWay(sync, flight, sync.rivals > 0.02 ? 0.7 : flight.n % restEvery ? 0 : 1 + sync.random() / 2)
}

/** The first `length` mutations of the log hold one to blame: the next commit carries half of them. None or less: there is none. */
export function blame(sync: Sync, length: number): void {
  sync.suspects = Math.max(0, length)
  sync.limit = length > 0 ? Math.ceil(length / 2) : Number.POSITIVE_INFINITY
}

/** A commit is stored: its mutations leave the log in the step in which the base that contains them arrives. */
export function acknowledge(sync: Sync, flight: Flight, answer: Answer): void {
  const { mutations } = flight
  sync.flight = undefined
  sync.lost.clear()
  sync.isLoose = false
  rest(sync, flight)
  sync.isFresh = false
  // Of the suspects these are not to blame, so the one to blame is among the rest.
  blame(sync, sync.suspects - mutations.length)
  takeState(sync, isWhole(answer) ? answer : complete(sync, mutations, answer), new Set(mutations))
}

const isWhole = (answer: Answer): answer is State => answer.data !== undefined

/** A copy with some members put over; undefined takes one out. */
function patch<T>(object: Readonly<Record<string, T>> = {}, members: ReadonlyMap<string, T | undefined>): Record<string, T> {
  const patched: Record<string, T> = {}
  for (const key of Object.keys(object)) if (!members.has(key)) patched[key] = object[key] as T
  for (const [key, value] of members) if (value !== undefined) patched[key] = value
  return patched
}

/** Fills in what a minimal answer leaves out: the state before was our base, and nothing else was changed. */
function complete({ cache }: Sync, mutations: readonly Mutation[], answer: Answer): State {
  const isCleared = mutations.some(({ operation }) => operation.kind === 'clear')
  const { data, tags }: Partial<State> = isCleared ? {} : (cache.base ?? {})
  const writes = lastWrites(mutations)
  const retagged = new Map<string, string | undefined>(Object.entries(answer.tags ?? {}))
  for (const [key, value] of writes) if (value === undefined) retagged.set(key, undefined)
  // A server without tags: none of ours may look as if the keys were absent.
  const hasTags = answer.tags ?? cache.base?.tags
  return { ...answer, data: patch(data, writes), tags: hasTags && patch(tags, retagged) }
}

/**
 * Takes a state of our own lineage that is no acknowledgement of the commit under way. `last` tells which commits are
 * stored: a later one than we know of is a commit that was given up or refused and stored after all, an earlier one
 * means that other code has undone acknowledged writes.
 */
export function takeOurs(sync: Sync, state: State): void {
  const { flight, lost } = sync
  const isNewLineage = state.lineage !== sync.cache.base?.lineage
  if (flight) lost.set(flight.n, flight)
  const stored = state.last > sync.acknowledged ? lost.get(state.last)?.mutations : undefined
  const isUndone = !isNewLineage && !state.forgotten && state.last < sync.acknowledged
  if (stored) lost.clear()
  sync.flight = undefined
  // Also after a single attempt: a network may have made a copy of it.
  sync.isLoose = !stored && !isNewLineage && (sync.isLoose || flight !== undefined)
  // What may have been stored before the server forgot us could run twice: in the replay on a state that contains it, too.
  const unknown = state.forgotten && flight?.isDoubtful ? pendingOf(sync, flight.mutations) : []
  takeState(sync, state, new Set(pendingOf(sync, stored ?? [])), new Set(unknown))
  for (const mutation of unknown) reject(sync, mutation, new SessionUnknownFateError())
  if (isUndone) sync.emit('dropped', { reason: 'undone' })
}

/** What a mutation would have stored, as the app reads it. */
function valuesOf({ codec }: Sync, mutation: Mutation): Record<string, unknown> {
  const written = new Map(writesOf(mutation))
  // An update that waits for the first base is named, though it has stored nothing.
  return Object.fromEntries(keysOf(mutation).map((key) => [key, decodeStored(codec, key, written.get(key))]))
}

/** The lineage is gone: its pending mutations are never sent to another, and the given state is the base of what comes. */
export function finish(sync: Sync, reason: SessionEndReason, base: State): void {
  const { cache, flight } = sync
  const from = cache.base?.version ?? null
  const doubtful = new Set([...sync.lost.values(), flight].flatMap((sent) => (sent?.isDoubtful ? sent.mutations : [])))
  const ended = cache.log.map(
    (mutation) =>
      [mutation, new SessionEndedError(reason, doubtful.has(mutation) ? 'unknown' : 'not-stored', valuesOf(sync, mutation))] as const,
  )
  sync.flight = undefined
  sync.lost.clear()
  Object.assign(sync, { isLoose: false, suspects: 0, limit: Number.POSITIVE_INFINITY, isFresh: false, acknowledged: base.last })
  move(sync, base, none, new Set(cache.log))
  sync.onState(base, from)
  for (const [mutation, error] of ended) reject(sync, mutation, error)
  sync.emit('ended', { reason })
}
