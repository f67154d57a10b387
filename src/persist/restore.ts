// Makes a log of a record again: mutations, outbox, base. `journal.ts` and `recovery.ts` put it into a pipeline. It decides which values today's
// schema refuses; it sends nothing.
import { createMutation, type Mutation, markSent } from '../cache/mutation.ts'
import type { Operation, Recorded, RecordedOperation } from '../cache/operation.ts'
import type { Rules } from '../cache/stored-value.ts'
import type { Json } from '../protocol/json.ts'
import { createOutbox, type InFlight, type Outbox } from '../sync/outbox.ts'
import { adoptedNumbers } from './decide.ts'
import type { Entry, LogRecord } from './record.ts'
import { replayRecorded } from './recorded.ts'

/** What restoring needs to know of the app. */
export interface RestoreContext {
  readonly rules: Rules
  /** How many calls were made: the restored ones are counted after them. */
  readonly calls: number
}

/** A log that was restored. */
export interface Restored {
  readonly mutations: readonly Mutation[]
  readonly outbox: Outbox
  /** Entries that today's schema refuses. */
  readonly refused: readonly Entry[]
}

/** Returns what an entry writes. */
export function writesOfEntry({ key, kind, value, accessed }: Entry): ReadonlyMap<string, Json | undefined> {
  return accessed?.writes ?? new Map(key !== undefined && (kind === 'set' || kind === 'delete') ? [[key, value]] : [])
}

/** Whether the schema has each key that an entry writes, lets the app write it, and takes its value. */
export function isFitting(entry: Entry, { codec }: Rules): boolean {
  return [...writesOfEntry(entry)].every(
    ([key, value]) => codec.keys.includes(key) && codec.canWrite(key) && (value === undefined || !codec.decode(key, value).issues),
  )
}

/** Returns what a log would have stored, for an event. */
export function describe(log: readonly Entry[]): {
  readonly count: number
  readonly keys: string[]
  readonly values: Record<string, unknown>
} {
  const values = Object.fromEntries(log.flatMap((entry) => [...writesOfEntry(entry)]))
  return { count: log.length, keys: Object.keys(values), values }
}

const empty: Recorded = { reads: new Map(), writes: new Map() }

/** Leaves keys out that the schema no longer has. A commit in flight goes as it is, but nothing of them is shown. */
function withoutUnknownKeys(recorded: Recorded, { codec }: Rules): Recorded {
  const known = <T>(map: ReadonlyMap<string, T>): Map<string, T> => new Map([...map].filter(([key]) => codec.keys.includes(key)))
  return {
    ...recorded,
    reads: known(recorded.reads),
    writes: known(recorded.writes),
    ...(recorded.replaced && { replaced: known(recorded.replaced) }),
  }
}

/** Returns the operation of an entry. A function cannot run again: what it wrote is merged, or rejected. */
function toOperation(entry: Entry, { rules }: RestoreContext): Operation {
  const { kind, key = '', value, baseValue, isChosen = false, expiry = null, accessed = empty } = entry
  if (kind === 'touch' || kind === 'cycleKey') return { kind }
  if (kind === 'setExpiry') return { kind, expiry }
  if (kind === 'clear') return { kind }
  if ((kind === 'set' || kind === 'delete') && rules.codec.keys.includes(key)) {
    return { kind, key, value, baseValue, hasBase: true, isChosen }
  }
  const recorded = withoutUnknownKeys(accessed, rules)
  return { kind: 'recorded', name: kind as RecordedOperation['name'], replay: (data) => replayRecorded(recorded, data, rules) }
}

function toMutation(entry: Entry, context: RestoreContext, call: number): Mutation {
  const { accessed } = entry
  const operation = toOperation(entry, context)
  return createMutation({ operation, accessed: accessed && withoutUnknownKeys(accessed, context.rules) }, -1, call, true)
}

/** Returns a commit of the record. It may be stored, from the start. */
function toCommit(n: number, body: string, mutations: readonly Mutation[]): InFlight {
  for (const mutation of mutations) markSent(mutation)
  return { n, body, mutations, attempts: 1, sentAt: 0, failures: 0, mayBeStored: true, isRefused: false, next: 'usual' }
}

/** Makes a log of a record again, under the client id and after the numbers of the page that died. */
export function restore(record: LogRecord, context: RestoreContext): Restored {
  const { client, n, acknowledged, log, inFlight, superseded, needsFence } = record
  const sent = inFlight?.count ?? 0
  const mutations = new Map<number, Mutation>()
  const refused: Entry[] = []
  for (const [place, entry] of log.entries()) {
    if (place < sent || isFitting(entry, context.rules)) mutations.set(place, toMutation(entry, context, context.calls + place + 1))
    else refused.push(entry)
  }
  const at = (places: readonly number[]): Mutation[] => places.flatMap((place) => mutations.get(place) ?? [])
  const outbox: Outbox = {
    ...createOutbox(client),
    n: n + adoptedNumbers,
    acknowledged,
    needsFence,
    inFlight: inFlight && toCommit(inFlight.n, inFlight.body, at(Array.from({ length: sent }, (_, place) => place))),
    superseded: new Map(superseded.map((commit) => [commit.n, toCommit(commit.n, commit.body, at(commit.places))])),
  }
  return { mutations: [...mutations.values()], outbox, refused }
}
