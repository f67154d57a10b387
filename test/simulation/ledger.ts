// Records every call of a simulated app and its outcome.
import { apply, type Call, type Data, defaults, isSame, type Pending, replay } from './model.ts'

/** A call of the app with all that became of it. */
export interface Entry extends Call {
  readonly tab: string
  /** Its place among the calls of the tab. */
  readonly order: number
  /** The lineage that it is meant for: null for one to be created, undefined while nothing is loaded. */
  lineage: string | null | undefined
  status: 'pending' | 'acknowledged' | 'rejected'
  /** The code of the error. */
  error?: string
  /** When it was made, and when the client settled it. */
  calledAt: number
  settledAt?: number
  /** Whether it may have been stored although it was rejected. */
  isFateUnknown?: boolean
  result?: unknown
  /** The state with which a commit stored it, by lineage: a copy of a first commit creates a session that nobody has the cookie of. */
  readonly stored: Map<string, number>
  /** The lineages in which a view that saved an old dict has undone it. */
  readonly undone: Set<string>
  /** What it gives, by the states that it was stored on. */
  readonly expected: unknown[]
}

/** An entry of the client's log, in the model. */
export interface LogEntry extends Pending {
  readonly entries: Entry[]
}

/** What a commit holds, and the base that its net effect was taken on: copies, since the log moves on. */
export interface Held {
  readonly members: readonly LogEntry[]
  readonly base: Data
  readonly lineage: string | null
}

/** The base as the client has it. */
export interface Base {
  readonly lineage: string | null
  readonly version: string
  readonly data: Data
  readonly identity?: string | null
}

/** What the ledger sees of its client. */
export interface Watched {
  now(): number
  /** Undefined while nothing is loaded. */
  base(): Base | undefined
  pendingCount(): number
  /** Whether a log-in that appears now is the app's own. */
  isTrusted(): boolean
}

/** Follows one client: its calls, what the model says of the log, and what each commit holds. */
export interface Ledger {
  readonly tab: string
  readonly entries: readonly Entry[]
  log(): readonly LogEntry[]
  base(): Base | undefined
  /** Notes a call that was just made. `before` is what `pendingCount` was before it. */
  add(call: Call, before: number): Entry
  /** Looks whether the base has moved: more than once, maybe, before the model is brought up. */
  watch(): void
  /** The next log-in that appears is the app's own. */
  forgive(): void
  /** Notes that a commit leaves with the first entries of the log. */
  send(client: string, n: number, count: number): void
  /** Brings the model up to the client; gives what is wrong. */
  settle(): readonly string[]
  /** The view as the model has it. */
  view(): Data
  /** What a stored commit holds; undefined where the client never sent it. */
  heldBy(client: string, n: number): Held | undefined
}

const isPending = ({ entries: [entry] }: LogEntry): boolean => entry?.status === 'pending'

const isWrite = (call: Call): boolean => call.kind === 'set' || call.kind === 'delete'

/** What a call of the log starts from: the key that its conflict policy looks at. */
const watchedKey = (call: Call): string => (call.tx === 'guard' ? 'j' : (call.key ?? ''))

/** Whether calls that were acknowledged without a commit have nothing to store on a base, and gave what they give there. */
function isEmpty(data: Data, calls: readonly LogEntry[], hasSession: boolean): boolean {
  let after: Data | undefined = data
  for (const one of calls) {
    const done: ReturnType<typeof apply> = after ? apply(after, one) : null
    after = done?.next
    const [entry] = one.entries
    if (entry && 'result' in entry && !isSame(entry.result, done?.result)) return false
  }
  // Without a session a touch has nothing to extend, and creates none.
  const kinds = hasSession ? ['touch', 'expiry', 'cycle'] : ['expiry', 'cycle']
  return isSame(after, data) && !calls.some(({ call }) => kinds.includes(call.kind))
}

export function createLedger(tab: string, watched: Watched): Ledger {
  const entries: Entry[] = []
  const commits = new Map<string, Held>()
  let log: LogEntry[] = []
  let sent: { readonly key: string; readonly count: number }[] = []
  let base: Base | undefined
  let moves: { readonly to: Base | undefined; readonly isTrusted: boolean }[] = []
  let isForgiven = false

  /** Before the first base only writes are shown: a function would run on data that is not there yet. */
  function view(): Data {
    if (log.length === 0) return base?.data ?? {}
    if (base) return replay(base.data, base.data, log)
    return log.reduce<Data>((data, entry) => (isWrite(entry.call) ? (apply(data, entry)?.next ?? data) : data), {})
  }

  function watch(): void {
    const to = watched.base()
    const last = moves.length > 0 ? moves.at(-1)?.to : base
    if (to?.version === last?.version && to?.lineage === last?.lineage) return
    moves.push({ to, isTrusted: isForgiven || watched.isTrusted() })
    isForgiven = false
  }

  /** Brings what is left of the log to where the base has moved. What others changed is what differs from our own acknowledged calls. */
  function move(acknowledged: readonly LogEntry[], rest: readonly LogEntry[], visit: (data: Data) => void = () => {}): void {
    let from: Data = acknowledged.reduce<Data>((data, one) => apply(data, one)?.next ?? data, base?.data ?? {})
    for (const { to } of moves) {
      if (to) replay(from, to.data, rest)
      if (to) visit(to.data)
      from = to?.data ?? {}
    }
    if (moves.length > 0) base = moves.at(-1)?.to
    moves = []
  }

  function add(call: Call, before: number): Entry {
    // What ended in this very tick has left the log, although nobody was told yet.
    if (before === 0) log = []
    watch()
    move([], log)
    const entry: Entry = {
      ...call,
      tab,
      order: entries.length,
      calledAt: watched.now(),
      lineage: base?.lineage,
      status: 'pending',
      stored: new Map(),
      undone: new Set(),
      expected: [],
    }
    entries.push(entry)
    const value = call.kind === 'set' ? call.value : undefined
    const open = watched.pendingCount() > before ? undefined : log.findLast((one) => isWrite(one.call) && one.call.key === call.key)
    if (open) {
      Object.assign(open, { call, value })
      open.entries.push(entry)
      return entry
    }
    log.push({
      call,
      seen: view()[watchedKey(call)] ?? (base ? undefined : defaults[watchedKey(call)]),
      value,
      fixed: isWrite(call),
      rooted: base !== undefined,
      entries: [entry],
    })
    return entry
  }

  /** Pending calls of nobody's session do not go into that of who signed in meanwhile. */
  function findAdopted(): string[] {
    const isTaken = moves.some(({ to, isTrusted }, index) => {
      const from = index === 0 ? base : moves[index - 1]?.to
      // One that a commit of ours has created is ours, whoever signed in to it.
      const isOurs = entries.some(({ stored }) => typeof to?.lineage === 'string' && stored.has(to.lineage))
      return from?.lineage === null && typeof to?.identity === 'string' && !isTrusted && !isOurs
    })
    const adopted = isTaken ? log.filter(({ entries: [entry] }) => entry?.status === 'pending' && entry.lineage === null) : []
    return adopted.map(({ call }) => `lineage: ${call.id} outlives the log-in of somebody`)
  }

  /** Follows the moves of the base, and takes from the log what has settled meanwhile; gives what is wrong. */
  function catchUp(): string[] {
    const faults = findAdopted()
    // The sessions that late copies create hold it too, and do not count.
    const lineages = [base, ...moves.map(({ to }) => to)].flatMap((one) => one?.lineage ?? [])
    const unstored = log.filter(
      ({ entries: [entry] }) =>
        entry?.status === 'acknowledged' && !lineages.some((lineage) => entry.stored.has(lineage) || entry.undone.has(lineage)),
    )
    const stored = log.filter((one) => one.entries[0]?.status === 'acknowledged' && !unstored.includes(one))
    const hasSession = [base, ...moves.map(({ to }) => to)].every((one) => typeof one?.lineage === 'string')
    let wasEmpty = isEmpty(base?.data ?? {}, unstored, hasSession)
    // What a replay rejects is in the log until then. An end takes the rest with it, and nobody knows in which order.
    const isEnded = log.some(({ entries: [entry] }) => entry?.error === 'ended')
    const refused = isEnded
      ? []
      : log.filter(({ entries: [entry] }) => entry?.status === 'rejected' && ['conflict', 'RangeError'].includes(entry.error ?? ''))
    log = log.filter((one) => isPending(one) || unstored.includes(one) || refused.includes(one))
    move(stored, log, (data) => {
      wasEmpty ||= isEmpty(data, unstored, hasSession)
    })
    if (base) replay(base.data, base.data, log)
    for (const { call, entries } of refused.filter((one) => !one.refused)) {
      faults.push(`view: ${call.id} is rejected (${entries[0]?.error}) for no reason`)
    }
    log = log.filter((one) => !refused.includes(one))
    if (base) replay(base.data, base.data, log)
    if (!wasEmpty && !isEmpty(base?.data ?? {}, unstored, hasSession))
      faults.push(`once: ${unstored.map(({ call }) => call.id)} acknowledged, and no commit stored it`)
    log = log.filter((one) => !unstored.includes(one))
    return faults
  }

  /** Keeps what the commits hold that have left. */
  function noteSent(): string[] {
    const lineage = base?.lineage ?? null
    const faults = sent.flatMap(({ key, count }) => {
      const members = log.slice(0, count).map((one) => ({ ...one, entries: [...one.entries] }))
      commits.set(key, { members, base: base?.data ?? {}, lineage })
      const strange = members.flatMap((one) => one.entries).filter((entry) => entry.lineage && entry.lineage !== lineage)
      return strange.map(({ id, lineage: own }) => `lineage: ${id} of ${own} is sent to ${lineage}`)
    })
    sent = []
    return faults
  }

  function settle(): readonly string[] {
    watch()
    if (log.length === 0 && moves.length === 0 && sent.length === 0) return []
    const faults = moves.length > 0 || !log.every(isPending) ? catchUp() : []
    if (base && log.length > 0) replay(base.data, base.data, log)
    for (const { refused, call } of log)
      if (refused) faults.push(`view: ${call.id} is pending although its policy or its own function refuses it`)
    // A call that was made before anything was known is meant for what is found.
    if (base) for (const { entries: own } of log) for (const entry of own) entry.lineage ??= base.lineage
    return sent.length > 0 ? [...faults, ...noteSent()] : faults
  }

  return {
    tab,
    entries,
    log: () => log,
    base: () => base,
    add,
    watch,
    forgive() {
      isForgiven = true
    },
    send: (client, n, count) => void sent.push({ key: `${client}/${n}`, count }),
    settle,
    view,
    heldBy: (client, n) => commits.get(`${client}/${n}`),
  }
}
