// Builds the world of one history and runs it.
import process from 'node:process'
import { createApp } from './app.ts'
import { createBrowser, type SimulatedBrowser } from './browser.ts'
import type { Stored } from './event-log.ts'
import { isIdle } from './finish.ts'
import { enterHost, type LightResponse } from './host.ts'
import { createIsolation } from './isolation.ts'
import type { Orders } from './judge-stored.ts'
import { createWriteJudge } from './judge-write.ts'
import { createLists } from './lists/plan.ts'
import { createPageEvents, createPageGlobals, type PageEvents } from './pages/page-events.ts'
import type { Tab, World } from './parts.ts'
import { createRandom } from './random.ts'
import { createSchedule } from './schedule.ts'
import { createScheduler } from './scheduler.ts'
import type { Fate, Script } from './script.ts'
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
  /** Every response that clients received, if that was asked for. */
  readonly transcript: string
  /** The script with the fates that were drawn while it ran. */
  readonly script: Script
}

/** What holds behind a cache as well: the bound of requests per second. */
const cacheInvariants = /^(requests: .* within|rejection)/

export interface RunOptions {
  /** Draws what befalls a message that the script does not name. */
  readonly drawFate?: ((name: string) => Fate | undefined) | undefined
  /** Told what happens, line by line. */
  readonly tell?: ((line: string) => void) | undefined
  /** Passes over every fault that does not match. */
  readonly only?: RegExp | undefined
  /** Which values private keys get. @default 1 */
  readonly salt?: number | undefined
  /** Whether to keep what clients received. @default false */
  readonly hasTranscript?: boolean | undefined
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

function createHistory(script: Script, { drawFate, tell, only, salt = 1, hasTranscript = false }: RunOptions) {
  const scheduler = createScheduler()
  const lists = createLists(script.exposure, script.seed, salt)
  const transcript: string[] = []
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
    lists,
    onStored,
    onEnded,
    onLeak: fail,
    ...(hasTranscript && {
      onResponse: ({ status, headers, body }: LightResponse) => void transcript.push(`${status} ${[...headers.fields].join()} ${body}`),
    }),
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
    lists,
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
  const judge = createWriteJudge({
    mode: script.mode,
    lists,
    tabs,
    orders,
    reach: { isReached, keeps, isIdleSince },
    judgeServerCode: app.judge,
  })

  function onStored(stored: Stored): void {
    const author = stored.by ? `${stored.by.client}/${stored.by.n}` : 'server code'
    note?.('server', `stored ${stored.version} of ${stored.lineage} by ${author} ${JSON.stringify(stored.data)}`)
    for (const what of judge.judge(stored)) fail(what)
  }

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
      lists.settle()
    },
    isBroken: () => fault !== undefined,
    membersOf: (stored) => judge.heldBy(stored)?.members ?? [],
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
    return { fault, requests, events: schedule.events(), transcript: transcript.join('\n'), script: { ...script, fates } }
  }
  return { fail, run, leave, outcome }
}
