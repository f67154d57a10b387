// Owns the client's commits: their numbers, the one in flight, the superseded ones, fencing and bisection. `prepare.ts` and the settle files
// call it. Every function returns a new outbox; none knows the cache or the network.
import type { Effect } from '../cache/effect.ts'
import type { Mutation } from '../cache/mutation.ts'
import type { SessionError } from '../errors/session-error.ts'
import type { Commit } from '../protocol/commit.ts'
import type { State } from '../protocol/state.ts'

/** A commit whose outcome is not known yet. Its number is bound to its body for ever. */
export interface InFlight {
  readonly n: number
  readonly body: string
  readonly mutations: readonly Mutation[]
  /** Attempts begun. */
  readonly attempts: number
  /** When the last of them began, on the clock. */
  readonly sentAt: number
  /** 4xx and 5xx responses that said nothing of the protocol. */
  readonly failures: number
  /** Whether an attempt before the present one may have been stored. */
  readonly mayBeStored: boolean
  /** Whether the server has refused it for where it comes from, so that a read renews the CSRF token. */
  readonly isRefused: boolean
  /** Why the last attempt failed. */
  readonly error?: SessionError
  /** How the next attempt leaves: `without-keepalive` after a failure without a response, `at-once` after a cut by the page that is left. */
  readonly next: 'usual' | 'without-keepalive' | 'at-once'
}

/** The commits of one client. */
export interface Outbox {
  /** The client's id. */
  readonly client: string
  /** The last commit number used. */
  readonly n: number
  /** The last commit number that the server acknowledged for this lineage. */
  readonly acknowledged: number
  readonly inFlight: InFlight | undefined
  /** Commits refused or given up since the last acknowledged one. A late copy may still be stored; `last` tells. */
  readonly superseded: ReadonlyMap<number, InFlight>
  /**
   * A delayed duplicate of a superseded commit could still be accepted. The next commit, an empty one if nothing is pending,
   * makes the server reject the duplicate. See test/sync/late-copies.test.ts.
   */
  readonly needsFence: boolean
  /** How many mutations at the head of the log are known to hold a poison one; 0 if none is. */
  readonly bisectLength: number
  /** Create under a new key although the cookie names no session: two reads found its key unknown. */
  readonly forceCreate: boolean
}

/** Creates the outbox of a client that has sent nothing. */
export function createOutbox(client: string): Outbox {
  return {
    client,
    n: 0,
    acknowledged: 0,
    inFlight: undefined,
    superseded: new Map(),
    needsFence: false,
    bisectLength: 0,
    forceCreate: false,
  }
}

/** Returns how many mutations the next commit may carry: half of those that hold a poison one. */
export function commitLength({ bisectLength }: Outbox): number {
  return bisectLength > 0 ? Math.ceil(bisectLength / 2) : Number.POSITIVE_INFINITY
}

/** Whether a fencing commit has to be sent on this base. No late copy of a first commit reaches a session that exists. */
export function needsFenceOn({ needsFence }: Outbox, base: State): boolean {
  return needsFence && base.lineage !== null
}

/** Takes mutations into the next commit. Its bytes stay as they are, however often it is sent. */
export function takeCommit(outbox: Outbox, base: State, mutations: readonly Mutation[], effect: Effect | undefined): Outbox {
  const n = outbox.n + 1
  const commit: Commit = {
    lineage: base.lineage,
    base: base.version,
    after: outbox.acknowledged,
    ...effect,
    ...(outbox.forceCreate && base.lineage === null && { fresh: true }),
  }
  const inFlight: InFlight = {
    n,
    body: JSON.stringify(commit),
    mutations,
    attempts: 0,
    sentAt: 0,
    failures: 0,
    mayBeStored: false,
    isRefused: false,
    next: 'usual',
  }
  return { ...outbox, n, inFlight, needsFence: needsFenceOn(outbox, base) }
}

/** Leaves mutations out that have no net effect. */
export function skipCommit(outbox: Outbox, base: State, length: number): Outbox {
  return bisect({ ...outbox, needsFence: needsFenceOn(outbox, base) }, outbox.bisectLength - length)
}

/** Changes the commit in flight. */
export function changeInFlight(outbox: Outbox, change: Partial<InFlight>): Outbox {
  return outbox.inFlight ? { ...outbox, inFlight: { ...outbox.inFlight, ...change } } : outbox
}

/** Counts an attempt that begins. */
export function beginAttempt(outbox: Outbox, sentAt: number): Outbox {
  return changeInFlight(outbox, { attempts: (outbox.inFlight?.attempts ?? 0) + 1, sentAt, next: 'usual' })
}

/** The first `length` mutations of the log hold a poison one; none does if it is 0 or less. */
export function bisect(outbox: Outbox, length: number): Outbox {
  return { ...outbox, bisectLength: Math.max(0, length) }
}

/** The commit in flight is stored. Its mutations are not poison, so the poison one is among the rest. */
export function acknowledgeCommit(outbox: Outbox, last: number): Outbox {
  const length = outbox.bisectLength - (outbox.inFlight?.mutations.length ?? 0)
  return bisect(
    { ...outbox, inFlight: undefined, superseded: new Map(), needsFence: false, forceCreate: false, acknowledged: last },
    length,
  )
}

/** What a state says of the commits that this client sent. */
export interface Superseded {
  readonly outbox: Outbox
  /** Mutations that the state contains. */
  readonly stored: readonly Mutation[]
  /** Mutations that may be stored: the server has forgotten what it stored for this client. */
  readonly unknown: readonly Mutation[]
  /** Whether other code has undone acknowledged commits. */
  readonly isUndone: boolean
}

/** Returns the superseded commit that a state contains: a later `last` than the acknowledged one names it. */
export function storedCommit({ superseded, acknowledged }: Outbox, { last }: State): InFlight | undefined {
  return last > acknowledged ? superseded.get(last) : undefined
}

/**
 * Returns the mutations whose outcome the server has forgotten: those of every commit that may be stored, superseded ones too.
 * Sent again, they could be stored twice.
 */
export function forgottenMutations(outbox: Outbox, state: State): readonly Mutation[] {
  return state.forgotten ? [...possiblyStored(outbox, false)] : []
}

/** Whether a delayed duplicate may still be accepted after a state that does not contain the superseded commits. */
export function mayBeDuplicated({ needsFence, inFlight }: Outbox): boolean {
  // Also after a single attempt: a network may have copied it.
  return needsFence || inFlight !== undefined
}

/** Decides what a state of our session says of the commits that this client sent. The commit in flight is superseded by it. */
export function supersede(outbox: Outbox, state: State, isNewLineage: boolean): Superseded {
  const { acknowledged } = outbox
  const withInFlight = retireCommit(outbox)
  const stored = storedCommit(withInFlight, state)
  const unknown = stored ? [] : forgottenMutations(outbox, state)
  return {
    outbox: {
      ...withInFlight,
      superseded: stored ? new Map() : withInFlight.superseded,
      needsFence: !stored && !isNewLineage && mayBeDuplicated(outbox),
      acknowledged: state.last,
    },
    stored: stored?.mutations ?? [],
    unknown,
    isUndone: !isNewLineage && !state.forgotten && state.last < acknowledged,
  }
}

/** Supersedes the commit in flight: its mutations go again in another one. */
export function retireCommit(outbox: Outbox): Outbox {
  const { inFlight, superseded } = outbox
  return inFlight ? { ...outbox, inFlight: undefined, superseded: new Map(superseded).set(inFlight.n, inFlight) } : outbox
}

/**
 * The server rejects the commit in flight. `isFound` tells whether the poison mutations are known. `mayBeAccepted`: the server may
 * accept a delayed duplicate, because it has changed its mind about the content by then. An empty commit that is rejected itself
 * is followed by no other.
 */
export function rejectCommit(outbox: Outbox, isFound: boolean, mayBeAccepted: boolean): Outbox {
  const { inFlight, needsFence } = outbox
  if (!inFlight) return outbox
  const { length } = inFlight.mutations
  return bisect({ ...retireCommit(outbox), needsFence: length > 0 && (needsFence || mayBeAccepted) }, isFound ? 0 : length)
}

/** Gives the commit in flight up, because the server cannot take it. An empty one that cannot be stored is not worth more tries. */
export function giveCommitUp(superseded: Outbox, { inFlight, needsFence }: Outbox): Outbox {
  const length = inFlight?.mutations.length ?? 0
  return bisect({ ...superseded, needsFence: length > 1 ? superseded.needsFence : needsFence && length === 1 }, length === 1 ? 0 : length)
}

/** Sets whether the next commit creates a session although the cookie names one. */
export function forceCreation(outbox: Outbox, forceCreate: boolean): Outbox {
  return { ...outbox, forceCreate }
}

/** Starts again as another client, because another one used our number. */
export function renumber(outbox: Outbox, client: string): Outbox {
  return { ...createOutbox(client), bisectLength: outbox.bisectLength, forceCreate: outbox.forceCreate }
}

/** Forgets the commits of a lineage that ended. Numbers go on, so that a late copy keeps its own. */
export function endOutbox({ client, n }: Outbox, last: number): Outbox {
  return { ...createOutbox(client), n, acknowledged: last }
}

/** Returns the mutations of every commit that may be stored; `isSending` while an attempt has no response yet. */
export function possiblyStored({ superseded, inFlight }: Outbox, isSending: boolean): ReadonlySet<Mutation> {
  const sent = [...superseded.values(), ...(inFlight ? [{ ...inFlight, mayBeStored: inFlight.mayBeStored || isSending }] : [])]
  return new Set(sent.flatMap(({ mayBeStored, mutations }) => (mayBeStored ? mutations : [])))
}
