import process from 'node:process'
import { createAlone } from './alone.ts'
import { createApp } from './app.ts'
import { createBirths } from './births.ts'
import { createBrowser, type SimulatedBrowser } from './browser.ts'
import { checkCounters, checkTraffic, findUnsettled } from './finish.ts'
import { enterHost } from './host.ts'
import { judgeStored, type Orders } from './judge-stored.ts'
import { isSame } from './model.ts'
import type { Tab, World } from './parts.ts'
import { createRandom } from './random.ts'
import { createScheduler, drain } from './scheduler.ts'
import type { Fate, Script, Step } from './script.ts'
import { createServer, type Stored } from './server.ts'
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

export interface RunOptions {
  /** Draws what befalls a message that the script does not name. */
  readonly drawFate?: ((name: string) => Fate | undefined) | undefined
  /** Told what happens, line by line. */
  readonly tell?: ((line: string) => void) | undefined
}

const calm: Fate = {}
/** Wall time at the start of each history. */
const epochMs = 1_700_000_000_000
/** How long after the last step faults go on, in milliseconds. */
const aftermathMs = 40_000
/** When the faults have stopped everything must settle within rounds of reads of this length. In a short one no session ends meanwhile. */
const roundsMs = [60_000, 8_000, 60_000, 8_000]
/** What is asked for in a round of reads is a handful of requests; more does not come to rest. */
const maxRoundRequests = 12
const maxEvents = 20_000

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
  if (rejections.length > 0) history.world.fail(`rejection: unhandled: ${String((rejections[0] as Error)?.stack)}`)
  return history.outcome()
}

function createHistory(script: Script, { drawFate, tell }: RunOptions) {
  const scheduler = createScheduler()
  const random = createRandom(script.seed, 'world')
  const wallClock = (): number => epochMs + scheduler.now()
  const host = enterHost({ scheduler, wallClock, random: createRandom(script.seed, 'host').next, hasStacks: tell !== undefined })
  const fates = new Map(script.fates)
  const tabs = new Map<string, Tab>()
  const browsers = new Map<string, SimulatedBrowser>()
  const homes = new Map<string, SimulatedBrowser>()
  const owners = new Map<string, string>()
  const saved = new Map<string, { readonly text: string; readonly index: number }>()
  const orders: Orders = new Map()
  let fault: string | undefined
  let isHealed = false
  let events = 0
  let lastStepAt = 0
  let spins = 0

  const fail = (what: string): void => {
    fault ??= `${what} at ${scheduler.now()}`
    tell?.(`${scheduler.now()} FAULT ${what}`)
  }
  const note = (who: string, what: string): void => tell?.(`${scheduler.now()} ${who} ${what}`)
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
  const heldBy = ({ by }: Stored) => (by ? [...tabs.values()].map(({ ledger }) => ledger.heldBy(by.client, by.n)).find(Boolean) : undefined)

  function onStored(stored: Stored): void {
    const { by, before, data } = stored
    note(
      'server',
      `stored ${stored.version} of ${stored.lineage} by ${by ? `${by.client}/${by.n}` : 'server code'} ${JSON.stringify(data)}`,
    )
    if (!by) for (const what of app.judge(stored)) fail(what)
    else if (by.client.startsWith('foreign')) {
      if (!isSame(before?.data ?? {}, data)) fail('serial: a foreign touch changed data')
    } else {
      const held = heldBy(stored)
      if (held) for (const what of judgeStored(stored, held, orders, world.isReached)) fail(what)
      else fail(`once: commit ${by.client}/${by.n} was never sent`)
    }
  }

  const hasGuests = script.steps.some(({ what }) => what === 'join')
  const births = createBirths({ fail, scheduler, server: () => server, tabs, hasGuests })
  const ends = new Set<string>()
  const onEnded = (lineage: string): void => {
    if (!ends.has(lineage)) fail(`ended: a request ends ${lineage}, and nobody asked for that`)
  }
  const { maxAgeMs, latencyMs } = script
  const server = createServer({ scheduler, random, wallClock, maxAgeMs, latencyMs, onStored, onEnded, onCreated: births.onCreated })
  const isReached = (lineage: string): boolean =>
    owners.has(lineage) && [...browsers.values()].some((browser) => server.reach(browser.cookie())?.lineage === lineage)
  const parts = {
    seed: script.seed,
    mode: script.mode,
    scheduler,
    server,
    fateOf,
    note,
    fail,
    isSpinning,
    isReached,
    ownerOf: (lineage: string) => owners.get(lineage),
    ends,
    landedAt: births.landedAt,
    lastStepAt: () => lastStepAt,
    hasExclusives: script.steps.some(({ what }) => what === 'exclusive'),
    alone: createAlone({ scheduler, fail }, tabs),
    shelf: new Map<string, unknown>(),
  }
  const app = createApp(parts)
  const world: World = { ...parts, request: app.request }

  for (const { name, visitor, tabs: names } of script.browsers) {
    let messages = 0
    const messageMs = (from: string): number => fateOf(`${from}~${++messages}`).out ?? 1
    const onCookie = (cookie: string, isApp: boolean): void => {
      const lineage = server.reach(cookie)?.lineage
      if (lineage === undefined) return
      births.onCookie(lineage, server.reach(browsers.get(name)?.cookie())?.lineage, isApp)
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

  function step(one: Step): void {
    lastStepAt = scheduler.now()
    note(one.who, `> ${one.what} ${one.args.join(' ')}`)
    const browser = browsers.get(one.who)
    if (browser) return stepBrowser(browser, one)
    const tab = tabOf(one.who)
    if (one.what === 'sleep' || one.what === 'wake' || one.what === 'crash') tab[one.what]()
    else tab.perform(one)
  }

  function stepBrowser(browser: SimulatedBrowser, one: Step): void {
    const { what, args } = one
    const cookie = browser.cookie()
    const [first = ''] = args as string[]
    if (what === 'offline' || what === 'online') browser.isOffline = what === 'offline'
    else if (what === 'join') browser.setCookie(browsers.get(first)?.cookie())
    else if (what === 'expire') server.expire(cookie)
    else if (what === 'evict') server.evict(cookie)
    else if (what === 'kill') server.kill()
    else if (what === 'save') {
      const reached = server.reach(cookie)
      if (reached) saved.set(first, { text: server.save(cookie) as string, index: reached.index })
    } else if (what === 'restore') restore(cookie, first)
    else app.request(browser, one).catch(() => {})
  }

  /** What was stored after the state that is put back is undone, record and all. */
  function restore(cookie: string | undefined, name: string): void {
    const former = saved.get(name)
    const lineage = server.reach(cookie)?.lineage
    if (!former || lineage === undefined || !server.restore(cookie, former.text)) return
    for (const { ledger } of tabs.values()) {
      for (const { stored, undone } of ledger.entries)
        if ((stored.get(lineage) ?? -1) > former.index && stored.delete(lineage)) undone.add(lineage)
      orders.delete(`${ledger.tab} ${lineage}`)
    }
  }

  const afterEach = (): boolean => {
    events++
    spins = 0
    for (const tab of tabs.values()) tab.check()
    if (events > maxEvents) fail('requests: it does not come to rest')
    return fault !== undefined
  }

  /** Everything that lives looks at the server again. */
  async function round(lengthMs: number): Promise<void> {
    lastStepAt = scheduler.now()
    const before = new Map<Tab, number>()
    for (const tab of tabs.values()) {
      before.set(tab, tab.traffic.requests)
      if (tab.isSleeping) tab.wake()
      if (!tab.isGone && !tab.isDisposed) tab.perform({ at: 0, who: tab.name, what: 'resume', args: [] })
      if (!tab.isGone && !tab.isDisposed) tab.perform({ at: 0, who: tab.name, what: 'revalidate', args: [] })
    }
    await scheduler.runUntil(scheduler.now() + lengthMs, afterEach)
    for (const [{ name, traffic }, requests] of before) {
      if (traffic.requests - requests > maxRoundRequests * 4)
        fail(`requests: ${name} sent ${traffic.requests - requests} in a round of reads`)
    }
  }

  async function run(): Promise<void> {
    for (const [at, together] of Map.groupBy(script.steps, (one) => one.at)) scheduler.after(at, () => together.forEach(step))
    await scheduler.runUntil((script.steps.at(-1)?.at ?? 0) + aftermathMs, afterEach)
    isHealed = true
    for (const browser of browsers.values()) browser.isOffline = false
    let unsettled: string[] = []
    for (const lengthMs of roundsMs) {
      if (fault === undefined) await round(lengthMs)
      unsettled = [...tabs.values()].flatMap((tab) => findUnsettled(tab, server))
      if (unsettled.length === 0) break
    }
    if (fault === undefined) {
      for (const what of unsettled) fail(what)
      for (const tab of tabs.values()) checkTraffic(tab, world, script.steps.length)
      checkCounters([...tabs.values()], { server, fail, heldBy: (stored) => heldBy(stored)?.members ?? [] })
    }
    for (const error of host.thrown)
      if (!(error instanceof EvalError)) fail(`rejection: thrown on its own: ${String((error as Error)?.stack)}`)
    for (const error of server.errors) fail(`server: ${String((error as Error)?.stack)}`)
  }

  async function leave(): Promise<void> {
    for (const { client, isGone, isDisposed } of tabs.values()) {
      if (isGone || isDisposed) continue
      if (script.seed % 8 > 0) {
        client.dispose()
        continue
      }
      // Nobody touches these promises: they may not be unhandled rejections.
      try {
        void client.set('m', 'left')
        void client.update('n', (n) => n + 1)
        client.dispose()
      } catch (error) {
        fail(`listener: what a subscriber throws comes out of a call: ${String(error)}`)
      }
    }
    await drain()
    host.restore()
  }

  const outcome = (): Outcome => {
    const requests = [...tabs.values()].reduce((sum, { traffic }) => sum + traffic.requests, 0)
    return { fault, requests, events, script: { ...script, fates } }
  }
  return { world, run, leave, outcome }
}
