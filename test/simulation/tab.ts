import { createSessionClient, type SessionClient } from '../../src/index.ts'
import type { SimulatedBrowser } from './browser.ts'
import { keys, schema, toChange, transactions, type Values } from './calls.ts'
import { createLedger, type Entry, type Ledger } from './ledger.ts'
import { defaults, isSame, type Call, type Data } from './model.ts'
import { isFaulty, send, toWireAnswer, type Wire } from './network.ts'
import { createRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Step } from './script.ts'
import type { SimulatedServer } from './server.ts'
import type { Fate } from './script.ts'

/** What the tabs of a history share. */
export interface World {
  readonly seed: number
  readonly scheduler: Scheduler
  readonly server: SimulatedServer
  fateOf(name: string): Fate
  /** Notes something for who reads the history. */
  note(who: string, what: string): void
  fail(fault: string): void
  /** True where something goes on and on without time passing. */
  isSpinning(): boolean
  /** Whether the cookie of a session has ever come to a browser: those of late copies never do. */
  isReached(lineage: string): boolean
}

/** A page with a client of its own, and what is to hold of it. */
export interface Tab {
  readonly name: string
  readonly browser: SimulatedBrowser
  readonly ledger: Ledger
  readonly client: SessionClient<Values>
  readonly clientId: string
  readonly isGone: boolean
  isSleeping: boolean
  /** Promises that have not settled, by what they are of. */
  readonly waiting: ReadonlyMap<number, string>
  /** Requests so far, and how many of them something befell. */
  readonly traffic: { requests: number; faults: number; refusals: number; lastAt: number; readonly attempts: Map<number, { sent: number; excuses: number }> }
  perform(step: Step): void
  /** Compares client and model; does nothing where nothing has happened since the last time. */
  check(): void
  wake(): void
  crash(): void
  /** Follows a promise to its end. */
  follow(what: string, promise: Promise<unknown>): void
}

const clientPolicies = {
  m: 'mine',
  t: 'theirs',
  j: 'reject',
  f: ({ mine, theirs }: { mine: unknown; theirs: unknown }) => Math.max(Number(mine ?? 0), Number(theirs ?? 0)),
} as const

export function createTab(name: string, browser: SimulatedBrowser, world: World): Tab {
  const { scheduler, server } = world
  const random = createRandom(world.seed, name)
  const held: (() => void)[] = []
  const waiting = new Map<number, string>()
  const traffic: Tab['traffic'] = { requests: 0, faults: 0, refusals: 0, lastAt: 0, attempts: new Map() }
  const clientIds: string[] = []
  let promises = 0
  let isDirty = true
  let mutations = 0
  let isTrusted = false
  let newest = { lineage: '', index: -1 }
  let looks: (string | null)[] = []

  const page = {
    name,
    isGone: false,
    enter(run: () => void): void {
      if (page.isGone) return
      if (tab.isSleeping) return void held.push(run)
      isDirty = true
      run()
    },
  }

  function transport({ method, headers, body, keepalive, signal }: Wire) {
    if (page.isGone || world.isSpinning()) return new Promise<never>(() => {})
    const number = ++traffic.requests
    const fate = world.fateOf(`${name}#${number}`)
    traffic.lastAt = scheduler.now()
    if (isFaulty(fate) || fate.out || fate.back || browser.isOffline) traffic.faults++
    const cookie = browser.cookie()
    const n = Number(/\/(\d+)"$/.exec(headers['Idempotency-Key'] ?? '')?.[1] ?? 0)
    if (n > 0) noteCommit(headers['Idempotency-Key'] as string, n)
    world.note(name, `#${number} ${method} ${n || ''} ${body ?? ''} ${JSON.stringify(fate)}`)
    return new Promise<ReturnType<typeof toWireAnswer>>((resolve, reject) => {
      const wireHeaders = method === 'PATCH' ? { ...headers, Origin: 'https://app.example' } : headers
      send(scheduler, {
        name: `${name}#${number}`,
        fate,
        browser,
        page,
        isKept: keepalive === true,
        signal,
        deliver: () => server.handle(method, cookie, wireHeaders, body),
        answer(response) {
          world.note(name, `#${number} <- ${response.status} ${response.body?.slice(0, 160) ?? ''}`)
          noteAnswer(n, response.status, isFaulty(fate))
          const answer = toWireAnswer(response)
          if (answer.status < 500 && answer.status !== 304) looks = [...looks.slice(-3), (answer.body as { lineage?: string } | undefined)?.lineage ?? null]
          resolve(answer)
        },
        fail() {
          world.note(name, `#${number} <- failed`)
          noteAnswer(n, 0, true)
          reject(new TypeError('Failed to fetch'))
        },
      })
    })
  }

  function noteCommit(key: string, n: number): void {
    const [id = ''] = key.slice(1).split('/')
    const known = traffic.attempts.get(n)
    if (known) known.sent++
    else {
      traffic.attempts.set(n, { sent: 1, excuses: 0 })
      ledger.send(id, n, mutations)
    }
  }

  function noteAnswer(n: number, status: number, isExcuse: boolean): void {
    if (status === 409) traffic.refusals++
    const known = traffic.attempts.get(n)
    if (known && (isExcuse || status === 410)) known.excuses++
    if (known && known.sent > 1 + known.excuses) world.fail(`requests: ${name} sent commit ${n} ${known.sent} times for ${known.excuses} reasons`)
  }

  const toBase = (): { lineage: string | null; version: string; data: Data } | undefined =>
    client.dehydrate()?.state as { lineage: string | null; version: string; data: Data } | undefined

  const client = createSessionClient({
    url: '/session',
    schema,
    conflict: clientPolicies as never,
    transport,
    clock: {
      now: scheduler.now,
      setTimeout: (run, delayMs) => scheduler.after(delayMs, () => page.enter(run)),
      clearTimeout: scheduler.cancel,
    },
    random: random.next,
    createClientId() {
      clientIds.push(`${name}-${clientIds.length}`.padEnd(22, '-'))
      return clientIds.at(-1) as string
    },
    channel: () => browser.openChannel(page),
    lock: browser.openLock(page),
  }) as unknown as SessionClient<Values>

  const ledger = createLedger(name, { base: toBase, pendingCount: () => client.pending.filter(({ kind }) => kind !== 'end').length })

  function follow(what: string, promise: Promise<unknown>, then?: (error: unknown, result: unknown) => void): void {
    const number = ++promises
    waiting.set(number, what)
    const done = (error: unknown, result: unknown): void => {
      waiting.delete(number)
      isDirty = true
      then?.(error, result)
    }
    promise.then((result) => done(undefined, result), (error) => done(error ?? 'undefined', undefined))
  }

  /** Makes a call that the ledger follows. */
  function write(call: Call, run: () => Promise<unknown>): void {
    const before = client.pending.filter(({ kind }) => kind !== 'end').length
    let promise: Promise<unknown>
    try {
      promise = run()
    } catch (error) {
      return world.note(name, `${call.id} threw ${String(error)}`)
    }
    const entry = ledger.add(call, before)
    follow(call.id, promise, (error, result) => settle(entry, error, result))
  }

  function settle(entry: Entry, error: unknown, result: unknown): void {
    const { code, fate, name: errorName } = (error ?? {}) as { code?: string; fate?: string; name?: string }
    entry.status = error === undefined ? 'acknowledged' : 'rejected'
    if (error !== undefined) entry.error = code ?? errorName ?? String(error)
    else if (entry.kind === 'tx' || entry.kind === 'pop' || entry.kind === 'default') entry.result = result
    if (code === 'unknown-fate' || fate === 'unknown' || code === 'disposed') entry.isFateUnknown = true
    world.note(name, `${entry.id} ${entry.status} ${entry.error ?? ''} ${fate ?? ''}`)
    if (entry.status === 'rejected' && !entry.isFateUnknown && [...entry.stored.keys()].some(world.isReached)) world.fail(`once: ${entry.id} is stored and was rejected (${entry.error})`)
    if (entry.stored.size > 0 && 'result' in entry && entry.status === 'acknowledged' && !isSame(entry.result, entry.expected)) {
      world.fail(`serial: ${entry.id} gave ${JSON.stringify(entry.result)} and not ${JSON.stringify(entry.expected)}`)
    }
  }

  client.on('exchange', (exchange) => {
    mutations = exchange.mutations ?? 0
  })
  client.on('ended', ({ reason }) => {
    world.note(name, `ended ${reason}`)
    isDirty = true
  })

  /** The base is what the server stored under its version, of this visitor, and never older than before. */
  function checkBase(base: NonNullable<ReturnType<typeof toBase>>): void {
    const { lineage, version, data } = base
    const stored = server.versions.get(version)
    if (lineage === null ? Object.keys(data).length > 0 : stored?.lineage !== lineage || !isSame(stored.data, data)) {
      world.fail(`base: ${name} has ${JSON.stringify(data)} as ${version} of ${lineage}, stored was ${JSON.stringify(stored?.data)}`)
    }
    if (!stored) return
    if (stored.lineage === newest.lineage && stored.index < newest.index) world.fail(`base: ${name} goes back from state ${newest.index} to ${stored.index} of ${lineage}`)
    newest = { lineage: stored.lineage, index: stored.index }
  }

  let isWatched = false
  /** From the first call on, since watching loads. */
  function watch(): void {
    if (!isWatched) client.listen(ledger.watch)
    isWatched = true
  }

  const tab: Tab = {
    name,
    browser,
    ledger,
    client,
    get clientId() {
      return clientIds.at(-1) as string
    },
    get isGone() {
      return page.isGone
    },
    isSleeping: false,
    waiting,
    traffic,
    follow,
    perform(step) {
      page.enter(() => {
        perform(step, { client, write, follow, world, browser, tab, trust: (value) => (isTrusted = value) })
        if (step.what !== 'dispose') watch()
      })
    },
    check() {
      if (!isDirty) return
      isDirty = false
      const base = toBase()
      if (base) checkBase(base)
      for (const fault of ledger.settle()) world.fail(`${fault} (${name})`)
      const view = { ...defaults, ...ledger.view() } as Record<string, unknown>
      for (const key of keys) {
        const shown = client.peek(key)
        if (!isSame(shown, view[key])) world.fail(`view: ${name} shows ${key} = ${JSON.stringify(shown)}, the log on the base gives ${JSON.stringify(view[key])}`)
      }
    },
    wake() {
      tab.isSleeping = false
      for (const run of held.splice(0)) scheduler.after(0, () => page.enter(run))
    },
    crash() {
      page.isGone = true
      browser.release(page)
      waiting.clear()
    },
  }
  void isTrusted
  void looks
  return tab
}

interface Hands {
  readonly client: SessionClient<Values>
  readonly tab: Tab
  readonly browser: SimulatedBrowser
  readonly world: World
  write(call: Call, run: () => Promise<unknown>): void
  follow(what: string, promise: Promise<unknown>): void
  trust(value: boolean): void
}

/** Does one step of a script in a tab. */
function perform({ what, args }: Step, { client, write, follow }: Hands): void {
  const [first, second, third] = args as [string, string, never]
  const key = first as keyof Values
  const set = (value: never): void => write({ kind: 'set', key: first, value, id: second }, () => client.set(key, value))
  switch (what) {
    case 'set':
      return set(toValue(first, third ?? second, client.peek('o')))
    case 'update':
      return write({ kind: 'update', key: first, id: second }, () => client.update(key, toChange(first, second) as never))
    case 'delete':
      return write({ kind: 'delete', key: first, id: second }, () => client.delete(key))
    case 'pop':
      return write({ kind: 'pop', key: first, id: second }, () => client.pop(key))
    case 'default':
      return write({ kind: 'default', key: first, value: toValue(first, second), id: second }, () => client.setDefault(key, toValue(first, second) as never))
    case 'clear':
      return write({ kind: 'clear', id: first }, () => client.clear())
    case 'tx':
      return write({ kind: 'tx', tx: first, id: second }, () => client.transaction((tx) => transactions[first]?.(tx, second) as never))
    case 'touch':
      return write({ kind: 'touch', id: first }, () => client.touch())
    case 'cycle':
      return write({ kind: 'cycle', id: first }, () => client.cycleKey())
    case 'expiry':
      return write({ kind: 'expiry', id: first }, () => client.setExpiry(Number(second)))
    case 'get':
      return follow('get', client.get(key))
    case 'revalidate':
      return follow('revalidate', client.revalidate())
    case 'settled':
      return follow('settled', client.settled())
    case 'resume':
      return client.resume()
    case 'end':
      return follow('end', client.end())
    case 'dispose':
      return client.dispose()
  }
}

/** The value that a call with this id writes. */
function toValue(key: string, id: string, o: object = {}): never {
  const number = Number(String(id).replace(/\D/g, ''))
  const values: Record<string, unknown> = { n: number * 100, f: number, l: [id], o: { ...o, [`s${number % 3}`]: id } }
  return (values[key] ?? id) as never
}
