import { createBrowser, type SimulatedBrowser } from './browser.ts'
import { enterHost } from './host.ts'
import { judgeStored } from './ledger.ts'
import { isSame } from './model.ts'
import { send } from './network.ts'
import { createRandom } from './random.ts'
import { createScheduler, drain } from './scheduler.ts'
import type { Fate, Script, Step } from './script.ts'
import { createServer, type Stored } from './server.ts'
import { createTab, type Tab, type World } from './tab.ts'

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
  /** Draws what befalls a request that the script does not name. */
  readonly drawFate?: (name: string) => Fate | undefined
  /** Told what happens, line by line. */
  readonly tell?: ((line: string) => void) | undefined
}

const calm: Fate = {}
/** Wall time at the start of each history. */
const epochMs = 1_700_000_000_000
/** How long after the last fault everything must have settled, in milliseconds. */
const settleMs = 180_000
const maxEvents = 20_000

/** Runs one history to its end and looks at the invariants all the while. */
export async function runHistory(script: Script, { drawFate, tell }: RunOptions = {}): Promise<Outcome> {
  const scheduler = createScheduler()
  const random = createRandom(script.seed, 'world')
  const wallClock = (): number => epochMs + scheduler.now()
  const host = enterHost(scheduler, wallClock, createRandom(script.seed, 'host').next)
  const fates = new Map(script.fates)
  const rejections: unknown[] = []
  let fault: string | undefined
  let isHealed = false
  let events = 0

  const fail = (what: string): void => {
    fault ??= `${what} at ${scheduler.now()}`
    tell?.(`${scheduler.now()} FAULT ${what}`)
  }
  const note = (who: string, what: string): void => {
    tell?.(`${scheduler.now()} ${who} ${what}`)
  }
  const fateOf = (name: string): Fate => {
    if (isHealed) return calm
    const drawn = fates.get(name) ?? drawFate?.(name)
    if (drawn) fates.set(name, drawn)
    return drawn ?? calm
  }

  const tabs = new Map<string, Tab>()
  const reached = new Set<string | undefined>()
  const isReached = (lineage: string): boolean => reached.has(lineage) && [...browsers.values()].some((browser) => server.reach(browser.cookie())?.lineage === lineage)
  const onCookie = (cookie: string): void => void reached.add(server.reach(cookie)?.lineage)
  function onStored(stored: Stored): void {
    const { by, before, data } = stored
    note('server', `stored ${stored.version} of ${stored.lineage} by ${by ? `${by.client}/${by.n}` : 'server code'} ${JSON.stringify(data)}`)
    if (!by || by.client.startsWith('foreign')) {
      if (by && !isSame(before?.data ?? {}, data)) fail('serial: a foreign touch changed data')
      return
    }
    const members = [...tabs.values()].map(({ ledger }) => ledger.membersOf(by.client, by.n)).find(Boolean)
    if (!members) return fail(`once: commit ${by.client}/${by.n} was never sent`)
    for (const what of judgeStored(stored, members, isReached)) fail(what)
  }

  const server = createServer({ scheduler, random, wallClock, maxAgeMs: script.maxAgeMs, latencyMs: script.latencyMs, onStored })
  const world: World = { seed: script.seed, scheduler, server, fateOf, note, fail, isReached, isSpinning }
  const browsers = new Map<string, SimulatedBrowser>()
  const homes = new Map<string, SimulatedBrowser>()
  const messages = new Map<string, number>()
  for (const { name, visitor, tabs: names } of script.browsers) {
    const messageMs = (from: string): number => {
      const number = (messages.get(from) ?? 0) + 1
      messages.set(from, number)
      return fateOf(`${from}~${number}`).out ?? 1
    }
    const browser = createBrowser(name, visitor, { scheduler, wallClock, messageMs, onCookie, isSpinning })
    browsers.set(name, browser)
    for (const tab of names) homes.set(tab, browser)
  }
  const tabOf = (name: string): Tab => {
    const tab = tabs.get(name) ?? createTab(name, homes.get(name) as SimulatedBrowser, world)
    tabs.set(name, tab)
    return tab
  }

  function step(one: Step): void {
    note(one.who, `> ${one.what} ${one.args.join(' ')}`)
    const browser = browsers.get(one.who)
    if (browser) return stepBrowser(browser, one)
    const tab = tabOf(one.who)
    if (one.what === 'sleep') tab.isSleeping = true
    else if (one.what === 'wake') tab.wake()
    else if (one.what === 'crash') tab.crash()
    else tab.perform(one)
  }

  let appRequests = 0
  function stepBrowser(browser: SimulatedBrowser, { what, args }: Step): void {
    const cookie = browser.cookie()
    if (what === 'offline' || what === 'online') browser.isOffline = what === 'offline'
    else if (what === 'join') browser.setCookie(browsers.get(String(args[0]))?.cookie())
    else if (what === 'expire') server.expire(cookie)
    else if (what === 'evict') server.evict(cookie)
    else if (what === 'kill') server.kill()
    else {
      const name = `${browser.name}#${++appRequests}`
      const page = { name, isGone: false, enter: (run: () => void) => run() }
      send(scheduler, {
        name,
        fate: fateOf(name),
        browser,
        page,
        isKept: true,
        deliver: () =>
          server.serve(cookie, async (session) => {
            if (what === 'sign-in') await session.signIn(String(args[0]))
            else if (what === 'sign-out') await session.flush()
            else if (what === 'rotate') await session.cycleKey()
            else if (what === 'write') await session.update((data) => ({ ...data, [String(args[0])]: args[1] as string }))
          }),
        answer: () => {},
        fail: () => {},
      })
    }
  }

  let spins = 0
  /** A loop that never waits would keep the history, and a browser's tab, for ever. */
  function isSpinning(): boolean {
    if (++spins > 1000) fail('requests: it does the same again and again, and no time passes')
    return spins > 1000
  }

  const afterEach = (): boolean => {
    events++
    spins = 0
    for (const tab of tabs.values()) tab.check()
    if (events > maxEvents) fail('requests: it does not come to rest')
    return fault !== undefined
  }
  const onRejection = (error: unknown): void => void rejections.push(error)
  process.on('unhandledRejection', onRejection)
  try {
    for (const [at, together] of Map.groupBy(script.steps, (one) => one.at)) scheduler.after(at, () => together.forEach(step))
    await scheduler.runUntil((script.steps.at(-1)?.at ?? 0) + 40_000, afterEach)
    isHealed = true
    for (const browser of browsers.values()) browser.isOffline = false
    for (let round = 0; round < 3 && fault === undefined; round++) {
      for (const tab of tabs.values()) {
        if (tab.isGone) continue
        if (tab.isSleeping) tab.wake()
        tab.client.resume()
        tab.follow('revalidate', tab.client.revalidate())
      }
      await scheduler.runUntil(scheduler.now() + settleMs / 3, afterEach)
    }
    if (fault === undefined) await drain()
    if (fault === undefined) for (const tab of tabs.values()) checkEnd(tab, world)
    for (const error of host.thrown) fail(`rejection: thrown on its own: ${String((error as Error)?.stack)}`)
    for (const error of server.errors) fail(`server: ${String((error as Error)?.stack)}`)
  } finally {
    for (const tab of tabs.values()) if (!tab.isGone) tab.client.dispose()
    await drain()
    host.restore()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', onRejection)
  }
  if (rejections.length > 0) fail(`rejection: unhandled: ${String((rejections[0] as Error)?.stack)}`)
  let requests = 0
  for (const { traffic } of tabs.values()) requests += traffic.requests
  return { fault, requests, events, script: { ...script, fates } }
}

/** When faults have stopped: all promises settled, nothing is pending, and the view is the server's state. */
function checkEnd({ name, client, waiting, browser, isGone, ledger }: Tab, { server, fail }: World): void {
  if (isGone) return
  if (waiting.size > 0) fail(`settle: ${name} still waits for ${[...waiting.values()].join(', ')}`)
  if (client.pending.length > 0) fail(`settle: ${name} still has ${client.pending.length} pending`)
  const reached = server.reach(browser.cookie())
  const base = client.dehydrate()?.state
  if ((base?.lineage ?? null) !== (reached?.lineage ?? null) || (reached && base?.version !== reached.version)) {
    fail(`settle: ${name} is at ${base?.version} of ${base?.lineage}, the server at ${reached?.version} of ${reached?.lineage}`)
  }
  for (const entry of ledger.entries) {
    if (entry.status === 'pending') fail(`settle: ${entry.id} has not settled`)
  }
}
