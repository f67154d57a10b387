// Builds the plain data that the pipeline's decisions look at, for the tables of tests in this folder.
import { createMutation, type Mutation } from '../../src/cache/mutation.ts'
import type { Operation } from '../../src/cache/operation.ts'
import type { State } from '../../src/protocol/state.ts'
import { compileSchema } from '../../src/schema/compile-schema.ts'
import type { SettleContext } from '../../src/sync/apply-state.ts'
import { type InFlight, type Outbox, takeCommit } from '../../src/sync/outbox.ts'
import type { Situation } from '../../src/sync/plan.ts'
import { createState, type SyncState } from '../../src/sync/state.ts'
import { schema } from '../client/harness.ts'

/** A session that has loaded. */
export const base: State = {
  lineage: 'L1',
  version: 'v1',
  data: { count: 1 },
  tags: { count: 't1' },
  last: 0,
  expiry: { age: 1_000, atBrowserClose: false },
  identity: null,
}
/** A visitor without a session. */
export const nobody: State = { ...base, lineage: null, version: 'v0', data: {}, tags: {} }

/** A mutation of the log. */
export const mutate = (operation: Operation): Mutation => createMutation({ operation, accessed: undefined }, 0, 1)
export const set = (key: string, value: number | string): Mutation =>
  mutate({ kind: 'set', key, value, baseValue: undefined, hasBase: true })

/** The state of a client that has loaded. */
export const ready: SyncState = { ...createState('me'), status: { status: 'ready', activity: 'idle', error: null } }

/** A state with a commit in flight that carries these mutations. */
export function inFlight(mutations: readonly Mutation[], change: Partial<InFlight> = {}, from: State = base): SyncState {
  const outbox = takeCommit(ready.outbox, from, mutations, {})
  return withOutbox({ ...outbox, inFlight: { ...(outbox.inFlight as InFlight), attempts: 1, sentAt: 990, ...change } })
}

export const withOutbox = (change: Partial<Outbox>, state: SyncState = ready): SyncState => ({
  ...state,
  outbox: { ...state.outbox, ...change },
})

/** What planning looks at, at the time 1,000. */
export const situation = (parts: Partial<Situation> = {}): Situation => ({
  state: ready,
  base,
  log: [],
  calls: 1,
  now: 1_000,
  isSectionAwaited: false,
  ...parts,
})

/** What settling looks at, at the time 1,000. */
export const context = (parts: Partial<SettleContext> = {}): SettleContext => ({
  state: ready,
  base,
  log: [],
  calls: 1,
  now: 1_000,
  random: 0.5,
  createClientId: () => 'another',
  settings: {
    codec: compileSchema(schema, {}),
    retry: {},
    policy: () => 'merge',
    isExpired: () => false,
    isHidden: () => false,
    isOffline: () => false,
  },
  ...parts,
})
