// Builds the world of one history and runs it.
import process from 'node:process'
import { createApp } from './app.ts'
import { createBrowser, type SimulatedBrowser } from './browser.ts'
import type { Stored } from './event-log.ts'
import { isIdle } from './finish.ts'
import { enterHost } from './host.ts'
import { createIsolation } from './isolation.ts'
import { judgeStored, type Orders } from './judge-stored.ts'
import type { Held } from './ledger.ts'
import { isSame, withoutEdits } from './model.ts'
import { createPageEvents, createPageGlobals, type PageEvents } from './pages/page-events.ts'
import type { Tab, World } from './parts.ts'
import { createRandom } from './random.ts'
import { createSchedule } from './schedule.ts'
import { createScheduler } from './scheduler.ts'
import { type Fate, hasEdits, type Script } from './script.ts'
import { createServer } from './server.ts'
import { createSessionCreation } from './session-creation.ts'
import { createSteps } from './steps.ts'
import { createTab } from './tab.ts'

/** What came of a history. */
export interface Outcome {
  /** `invariant: what`; undefined where all hold. */
  readonly fault: string | undefined
  readonly requests: number
  readonly events: number
  /** The script with the fates that were drawn while it ran. */
  readonly script: Script
}

/** What holds behind a cache as well: the bound of requests per second. */
const cacheInvariants = /^(requests: .* within|rejection)/

/** What the model judges of a state: without the keys that edits/ judges. */
const withoutEditKeys = (stored: Stored): Stored => ({
  ...stored,
  data: withoutEdits(stored.data),
  before: stored.before && { ...stored.before, data: withoutEdits(stored.before.data) },
})

export interface RunOptions {
  /** Draws what befalls a message that the script does not name. */
  readonly drawFate?: ((name: string) => Fate | undefined) | undefined
  /** Told what happens, line by line. */
  readonly tell?: ((line: string) => void) | undefined
  /** Passes over every fault that does not match. */
  readonly only?: RegExp | undefined
}

const calm: Fate = {}
/** Wall time at the start of each history. */
const epochMs = 1_700_000_000_000

/** Runs one history to its end and looks at the invariants all the while. */
export async function runHistory(script: Script, options: RunOptions = {}): Promise<Outcome> {
  const history = createHistory(script, options)
  const rejections: unknown[] = []
  const onRejection = (error: unknown): void => void rejections.push(error)
  process.on('unhandledRejection', onRejection)
  try {
    await history.run()
  } finally {
    await history.leave()
    // Node tells of a rejection that nobody handles once nothing else is to be done.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', onRejection)
  }
  if (rejections.length > 0) history.fail(`rejection: unhandled: ${String((rejections[0] as Error)?.stack)}`)
  return history.outcome()
}

function createHistory(script: Script, { drawFate, tell, only }: RunOptions) {
  const scheduler = createScheduler()
  const random = createRandom(script.seed, 'world')
  const wallClock = (): number => epochMs + scheduler.now()
  let entered = createPageEvents()
  const host = enterHost({
    scheduler,
    wallClock,
    random: createRandom(script.seed, 'host').next,
    hasStacks: tell !== undefined,
    pageGlobals: script.mode === 'pages' ? { ...createPageGlobals(() => entered) } : undefined,
  })
  const fates = new Map(script.fates)
  const tabs = new Map<string, Tab>()
  const browsers = new Map<string, SimulatedBrowser>()
  const homes = new Map<string, SimulatedBrowser>()
  const owners = new Map<string, string>()
  const orders: Orders = new Map()
  let fault: string | undefined
  let isHealed = false
  let lastStepAt = 0
  let spins = 0

  const fail = (what: string): void => {
    if (only && !only.test(what)) return
    if (script.mode === 'caches' && !cacheInvariants.test(what)) return
    fault ??= `${what} at ${scheduler.now()}`
    tell?.(`${scheduler.now()} FAULT ${what}`)
  }
  const note = tell && ((who: string, what: string): void => tell(`${scheduler.now()} ${who} ${what}`))
  const fateOf = (name: string): Fate => {
    if (isHealed) return calm
    const drawn = fates.get(name) ?? drawFate?.(name)
    if (drawn) fates.set(name, drawn)
    return drawn ?? calm
  }
  /** A loop that never waits would keep the history, and a browser's tab, for ever. */
  function isSpinning(): boolean {
    if (++spins > 1000) fail('requests: it does the same again and again, and no time passes')
    return spins > 1000
  }

  function heldBy({ by }: Stored): Held | undefined {
    if (by) for (const { ledger } of tabs.values()) if (ledger.heldBy(by.client, by.n)) return ledger.heldBy(by.client, by.n)
  }

  function judgeEdits(stored: Stored, { members }: Held): string[] {
    const entries = members.flatMap((one) => one.entries)
    const tab = tabs.get(entries[0]?.tab ?? '')
    return tab ? tab.edits.judgeStored(stored, entries) : []
  }

  function onStored(stored: Stored): void {
    const { by, before, data, identity } = stored
    const author = by ? `${by.client}/${by.n}` : 'server code'
    note?.('server', `stored ${stored.version} of ${stored.lineage} by ${author} ${JSON.stringify(data)}`)
    if (before && before.identity !== null && identity !== before.identity)
      fail(`lineage: the session of ${before.identity} becomes that of ${identity}`)
    if (!by) for (const what of app.judge(stored)) fail(what)
    else if (by.client.startsWith('foreign')) {
      if (!isSame(before?.data ?? {}, data)) fail('serial: a foreign touch changed data')
    } else {
      const held = heldBy(stored)
      const judged = hasEdits(script.mode) ? withoutEditKeys(stored) : stored
      if (!held) return fail(`once: commit ${author} was never sent`)
      for (const what of judgeStored(judged, held, orders, { isReached, keeps, isIdleSince })) fail(what)
      if (hasEdits(script.mode)) for (const what of judgeEdits(stored, held)) fail(what)
    }
  }

  const hasGuests = script.steps.some(({ what }) => what === 'join')
  const creation = createSessionCreation({ fail, scheduler, server: () => server, tabs, hasGuests })
  const ends = new Set<string>()
  const onEnded = (lineage: string): void => {
    if (!ends.has(lineage)) fail(`ended: a request ends ${lineage}, and nobody asked for that`)
  }
  const { maxAgeMs, latencyMs } = script
  const names = createRandom(script.seed, 'names')
  const server = createServer({
    scheduler,
    random,
    names,
    wallClock,
    maxAgeMs,
    latencyMs,
    onStored,
    onEnded,
    onCreated: creation.onCreated,
  })
  const has = (browser: SimulatedBrowser | undefined, lineage: string): boolean =>
    owners.has(lineage) && server.reach(browser?.cookie())?.lineage === lineage
  const isReached = (lineage: string): boolean => [...browsers.values()].some((browser) => has(browser, lineage))
  const keeps = (tab: string, lineage: string): boolean => has(tabs.get(tab)?.browser, lineage)
  const isIdleSince = (tab: string, at = 0): boolean => isIdle(tabs.get(tab)) && scheduler.now() - at > 100
  const parts = {
    seed: script.seed,
    mode: script.mode,
    scheduler,
    server,
    creation,
    fateOf,
    note,
    fail,
    isSpinning,
    isReached,
    ownerOf: (lineage: string) => owners.get(lineage),
    ends,
    lastStepAt: () => lastStepAt,
    hasExclusives: script.steps.some(({ what }) => what === 'exclusive'),
    isolation: createIsolation({ scheduler, fail }, tabs),
    shelf: new Map<string, unknown>(),
    enterPage(events: PageEvents) {
      entered = events
    },
  }
  const app = createApp(parts)
  const world: World = { ...parts, request: app.request }

  for (const { name, visitor, tabs: names } of script.browsers) {
    let messages = 0
    const messageMs = (from: string): number => fateOf(`${from}~${++messages}`).out ?? 1
    const onCookie = (cookie: string, isApp: boolean): void => {
      const lineage = server.reach(cookie)?.lineage
      if (lineage === undefined) return
      creation.onCookie(lineage, server.reach(browsers.get(name)?.cookie())?.lineage, isApp)
      if (owners.has(lineage) && owners.get(lineage) !== visitor) fail(`lineage: ${visitor} gets the cookie of ${owners.get(lineage)}`)
      owners.set(lineage, visitor)
    }
    browsers.set(name, createBrowser(name, visitor, { scheduler, wallClock, messageMs, onCookie, isSpinning }))
    for (const tab of names) homes.set(tab, browsers.get(name) as SimulatedBrowser)
  }

  function tabOf(name: string): Tab {
    const tab = tabs.get(name) ?? createTab(name, homes.get(name) as SimulatedBrowser, world)
    tabs.set(name, tab)
    return tab
  }

  const schedule = createSchedule({
    script,
    world,
    browsers,
    tabs,
    step: createSteps({ world, browsers, tabs, tabOf, orders }),
    onStep() {
      lastStepAt = scheduler.now()
    },
    onEvent() {
      spins = 0
    },
    heal() {
      isHealed = true
    },
    isBroken: () => fault !== undefined,
    membersOf: (stored) => heldBy(stored)?.members ?? [],
  })

  async function run(): Promise<void> {
    await schedule.run()
    for (const error of host.thrown)
      if (!(error instanceof EvalError)) fail(`rejection: thrown on its own: ${String((error as Error)?.stack)}`)
    for (const error of server.errors) fail(`server: ${String((error as Error)?.stack)}`)
  }

  async function leave(): Promise<void> {
    await schedule.leave()
    host.restore()
  }

  const outcome = (): Outcome => {
    const requests = [...tabs.values()].reduce((sum, { traffic }) => sum + traffic.requests, 0)
    return { fault, requests, events: schedule.events(), script: { ...script, fates } }
  }
  return { fail, run, leave, outcome }
}
