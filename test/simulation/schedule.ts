// Runs the steps of a script in virtual time, then lets everything settle.
import type { SimulatedBrowser } from './browser.ts'
import type { Stored } from './event-log.ts'
import { checkCounters, checkLeaving, checkPace, checkTraffic, findUnsettled } from './finish.ts'
import type { LogEntry } from './ledger.ts'
import type { Tab, World } from './parts.ts'
import { drain } from './scheduler.ts'
import { hasEdits, type Script, type Step } from './script.ts'

/** How long after the last step faults go on, in milliseconds. */
const aftermathMs = 40_000
/** When the faults have stopped everything must settle within rounds of reads of this length. In a short one no session ends meanwhile. */
const roundsMs = [60_000, 8_000, 60_000, 8_000]
/** What is asked for in a round of reads is a handful of requests; more does not come to rest. */
const maxRoundRequests = 48
const maxEvents = 20_000

/** What a history runs with. */
export interface ScheduleParts {
  readonly script: Script
  readonly world: World
  readonly browsers: ReadonlyMap<string, SimulatedBrowser>
  readonly tabs: ReadonlyMap<string, Tab>
  readonly step: (step: Step) => void
  /** Something was done that may end a wait. */
  readonly onStep: () => void
  /** Told after each event. */
  readonly onEvent: () => void
  /** Nothing befalls a message any more. */
  readonly heal: () => void
  /** Whether an invariant is broken. */
  readonly isBroken: () => boolean
  readonly membersOf: (stored: Stored) => readonly LogEntry[]
}

/** The schedule of a history: its steps, an aftermath in which faults go on, and rounds of reads in which all must settle. */
export interface Schedule {
  run(): Promise<void>
  /** Disposes of what lives. */
  leave(): Promise<void>
  /** How many there were. */
  events(): number
}

export function createSchedule(parts: ScheduleParts): Schedule {
  const { script, world, browsers, tabs, step, isBroken } = parts
  const { scheduler, server, fail } = world
  let events = 0

  function afterEach(): boolean {
    events++
    parts.onEvent()
    for (const tab of tabs.values()) tab.check()
    if (events > maxEvents) fail('requests: it does not come to rest')
    return isBroken()
  }

  /** Everything that lives looks at the server again. */
  async function round(lengthMs: number): Promise<void> {
    parts.onStep()
    const before = new Map<Tab, number>()
    for (const tab of tabs.values()) {
      before.set(tab, tab.traffic.requests)
      if (tab.isSleeping) tab.wake()
      for (const what of ['resume', 'revalidate']) if (!tab.isGone && !tab.isDisposed) tab.perform({ at: 0, who: tab.name, what, args: [] })
    }
    await scheduler.runUntil(scheduler.now() + lengthMs, afterEach)
    for (const [{ name, traffic }, requests] of before) {
      if (traffic.requests - requests > maxRoundRequests) fail(`requests: ${name} sent ${traffic.requests - requests} in a round of reads`)
    }
  }

  const findAll = (): string[] => [...tabs.values()].flatMap((tab) => findUnsettled(tab, server))

  async function run(): Promise<void> {
    for (const [at, together] of Map.groupBy(script.steps, (one) => one.at)) {
      scheduler.after(at, () => {
        parts.onStep()
        together.forEach(step)
      })
    }
    await scheduler.runUntil((script.steps.at(-1)?.at ?? 0) + aftermathMs, afterEach)
    parts.heal()
    for (const browser of browsers.values()) browser.isOffline = false
    const lengths = [...roundsMs]
    let unsettled = findAll()
    while (!isBroken() && unsettled.length > 0 && lengths.length > 0) {
      await round(lengths.shift() as number)
      unsettled = findAll()
    }
    if (isBroken()) return
    for (const what of unsettled) fail(what)
    for (const tab of tabs.values()) checkTraffic(tab, world, script.steps.length)
    for (const tab of tabs.values()) checkLeaving(tab, world)
    if (script.mode === 'pages') for (const tab of tabs.values()) checkPace(tab, world)
    checkCounters([...tabs.values()], { server, fail, membersOf: parts.membersOf })
  }

  async function leave(): Promise<void> {
    for (const { client, isGone, isDisposed } of tabs.values()) {
      if (isGone || isDisposed) continue
      // Nobody touches these promises: they may not be unhandled rejections.
      try {
        if (script.seed % 8 === 0) {
          void (hasEdits(script.mode) ? client.delete('n') : client.set('m', 'left'))
          void client.update('n', (n) => n + 1)
        }
        client.dispose()
      } catch (error) {
        fail(`listener: what a subscriber throws comes out of a call: ${String(error)}`)
      }
    }
    await drain()
  }

  return { run, leave, events: () => events }
}
