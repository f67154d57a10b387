import { apply, isSame, put, replay, type Call, type Data, type Pending } from './model.ts'
import type { Stored } from './server.ts'

/** A call of the app with all that became of it. */
export interface Entry extends Call {
  readonly tab: string
  readonly order: number
  /** The lineage that it is meant for: null for none yet, undefined while nothing is loaded. */
  lineage: string | null | undefined
  status: 'pending' | 'acknowledged' | 'rejected'
  /** The code of the error. */
  error?: string
  /** Whether it may have been stored although it was rejected. */
  isFateUnknown?: boolean
  result?: unknown
  /** How often a commit with it was stored and not undone, by lineage: a copy of a first commit creates a session that nobody has the cookie of. */
  readonly stored: Map<string, number>
  /** What it gives, by the state that it was stored on. */
  expected?: unknown
}

/** An entry of the client's log, in the model. */
export interface LogEntry extends Pending {
  readonly entries: Entry[]
}

/** What a commit holds, and the base that its net effect was taken on: copies, since the log moves on. */
export interface Held {
  readonly members: readonly LogEntry[]
  readonly base: Data
}

/** What the ledger sees of its client. */
export interface Watched {
  /** The base as the client has it; undefined while nothing is loaded. */
  base(): { readonly lineage: string | null; readonly version: string; readonly data: Data } | undefined
  pendingCount(): number
}

/** Follows one client: its calls, what the model says of the log, and what each commit holds. */
export interface Ledger {
  readonly tab: string
  readonly entries: readonly Entry[]
  readonly log: readonly LogEntry[]
  readonly commits: ReadonlyMap<string, Held>
  /** Notes a call that was just made. `before` is what `pendingCount` was before it. */
  add(call: Call, before: number): Entry
  /** Looks whether the base has moved: more than once, maybe, before the model is brought up. */
  watch(): void
  /** Notes that a commit leaves with the first entries of the log. */
  send(client: string, n: number, count: number): void
  /** Brings the model up to the client; gives what is wrong. */
  settle(): readonly string[]
  /** The view as the model has it. */
  view(): Data
  /** The calls that a stored commit holds; undefined where the client never sent it. */
  membersOf(client: string, n: number): Held | undefined
}

const writes = (call: Call): boolean => call.kind === 'set' || call.kind === 'delete'

export function createLedger(tab: string, watched: Watched): Ledger {
  const entries: Entry[] = []
  const commits = new Map<string, Held>()
  let log: LogEntry[] = []
  let sent: { client: string; n: number; count: number }[] = []
  let base: ReturnType<Watched['base']>
  let former: ReturnType<Watched['base']>
  let moves: (typeof base)[] = []

  /** Before the first base only writes are shown: a function would run on data that is not there yet. */
  function view(): Data {
    if (base) return replay(base.data, log)
    return log.reduce<Data>((data, entry) => (writes(entry.call) ? (apply(data, entry)?.next ?? data) : data), {})
  }

  function add(call: Call, before: number): Entry {
    // What ended in this very tick has left the log, although nobody was told yet.
    if (before === 0) log = []
    watch()
    for (const moved of moves) if (moved) replay(moved.data, log)
    base = moves.at(-1) ?? base
    const entry: Entry = { ...call, tab, order: entries.length, lineage: base && base.lineage, status: 'pending', stored: new Map() }
    entries.push(entry)
    const value = call.kind === 'set' ? call.value : undefined
    const open = watched.pendingCount() > before ? undefined : log.findLast((one) => writes(one.call) && one.call.key === call.key)
    if (open) {
      Object.assign(open, { call, value })
      open.entries.push(entry)
      return entry
    }
    const seen = base ? view()[call.tx === 'guard' ? 'j' : (call.key ?? '')] : undefined
    log.push({ call, seen, value, fixed: writes(call), rooted: base !== undefined, entries: [entry] })
    return entry
  }

  /** Whether calls that were acknowledged without a commit have nothing to store on a base, and gave what they give there. */
  function isEmpty(state: typeof base, calls: readonly LogEntry[]): boolean {
    let data: Data | undefined = state?.data ?? {}
    for (const one of calls) {
      const done: ReturnType<typeof apply> = data ? apply(data, one) : null
      data = done?.next
      const [entry] = one.entries
      if (entry && 'result' in entry && !isSame(entry.result, done?.result)) return false
    }
    return isSame(data, state?.data ?? {}) && !calls.some(({ call }) => ['touch', 'expiry', 'cycle'].includes(call.kind))
  }

  function watch(): void {
    const now = watched.base()
    const last = moves.at(-1) ?? base
    if (now?.version !== last?.version || now?.lineage !== last?.lineage) moves.push(now)
  }

  function settle(): readonly string[] {
    const faults: string[] = []
    watch()
    if (moves.length > 0) former = base
    base = moves.at(-1) ?? base
    const unstored = log.filter(({ entries: [entry] }) => entry?.status === 'acknowledged' && entry.stored.size === 0)
    const wasEmpty = isEmpty(former, unstored)
    log = log.filter((one) => one.entries[0]?.status === 'pending' || unstored.includes(one))
    for (const moved of [...moves, base]) if (moved) replay(moved.data, log)
    moves = []
    if (!wasEmpty && !isEmpty(base, unstored)) faults.push(`once: ${unstored.map(({ call }) => call.id)} acknowledged, and no commit stored it`)
    log = log.filter((one) => !unstored.includes(one))
    for (const { refused, call } of log) if (refused) faults.push(`view: ${call.id} is pending although its policy or its own function refuses it`)
    for (const { client, n, count } of sent) {
      const members = log.slice(0, count).map((one) => ({ ...one, entries: [...one.entries] }))
      commits.set(`${client}/${n}`, { members, base: base?.data ?? {} })
    }
    sent = []
    // A call that was made before anything was known is meant for what is found.
    for (const { entries: own } of log) for (const entry of own) if (base) entry.lineage ??= base.lineage
    return faults
  }

  return {
    tab,
    entries,
    commits,
    get log() {
      return log
    },
    add,
    watch,
    send: (client, n, count) => void sent.push({ client, n, count }),
    settle,
    view,
    membersOf: (client, n) => commits.get(`${client}/${n}`),
  }
}

/** What is wrong with a stored commit, by the model and the calls that it holds. */
export function judgeStored({ before, data, lineage }: Stored, { members, base }: Held, isReached: (lineage: string) => boolean): string[] {
  const faults: string[] = []
  let expected: Data | undefined = before?.data ?? {}
  for (const one of members) {
    const done: ReturnType<typeof apply> = expected ? apply(expected, one) : null
    expected = done?.next
    for (const entry of one.entries) {
      const times = (entry.stored.get(lineage) ?? 0) + 1
      entry.stored.set(lineage, times)
      entry.expected = done?.result
      const others = [...entry.stored.keys()].filter((other) => other !== lineage && isReached(other))
      if (times > 1) faults.push(`once: ${entry.id} is stored ${times} times`)
      if (others.length > 0 && before) faults.push(`once: ${entry.id} is stored in ${others} too`)
      if (entry.status === 'rejected' && !entry.isFateUnknown && (before || isReached(lineage))) faults.push(`once: ${entry.id} was rejected (${entry.error}) and is stored`)
      if (typeof entry.lineage === 'string' && entry.lineage !== lineage && before) faults.push(`lineage: ${entry.id} of ${entry.lineage} is stored in ${lineage}`)
    }
  }
  // What comes out as it was on the base is no part of the commit.
  const net = members.reduce<Data>((from, one) => apply(from, one)?.next ?? from, base)
  for (const key of new Set([base, net, data, before?.data ?? {}].flatMap(Object.keys))) if (expected && isSame(base[key], net[key])) expected = put(expected, key, before?.data[key])
  if (!expected || !isSame(expected, data)) faults.push(`serial: ${members.map(({ call }) => call.id)} on ${JSON.stringify(before?.data)} should give ${JSON.stringify(expected)}, stored is ${JSON.stringify(data)}`)
  return faults
}
