// Owns the faults that a test has scripted and applies each to the next matching request. Called by network; never stores anything
// itself.
import { SessionConfigError } from '../src/errors/session-config-error.ts'
import type { Activity } from './activity.ts'
import { type PlainRequest, type PlainResponse, toNetworkError } from './exchange.ts'
import type { MockAnswerFault, MockFault, MockFaultHandle, MockFaultName, MockNetworkFaultName } from './fault.ts'
import { isAnswerFault, responseFaults, toCannedResponse, toDamagedResponse } from './fault-responses.ts'
import { createLatch, type Latch } from './latch.ts'
import type { MockBrowser } from './mock-browser.ts'
import type { Page } from './page.ts'

/** One request in transit through the network. */
export interface Exchange {
  readonly request: PlainRequest
  readonly page: Page
  /** Delivers the request to the server. Each call is another arrival. */
  deliver(): Promise<PlainResponse>
}

/** What the faults need from the mock server. */
export interface FaultPorts<W> {
  /** Stores the write of a `write-beside`. */
  write(write: W, page: Page): Promise<void>
  /** Stores the write of a `write-over`, on top of what was stored before the request. */
  writeOver(write: W, page: Page, deliver: () => Promise<PlainResponse>): Promise<PlainResponse>
  /** Fills the cache with what was stored before the request. */
  loadLate(page: Page, deliver: () => Promise<PlainResponse>): Promise<PlainResponse>
  readonly activity: Activity
  /** Returns a browser's internal state. */
  pageOf(browser: MockBrowser): Page
  /** Waits. */
  delay(ms: number): Promise<void>
}

/** The faults that a test has scripted and that have not been used up yet. */
export interface FaultScript<W> {
  add(fault: MockFault<W>): MockFaultHandle
  /** Applies the first matching fault to a request. Delivers the request to the server if none matches. */
  apply(exchange: Exchange): Promise<PlainResponse>
  /** Releases everything that is held. */
  release(): Promise<void>
  /** Drops every fault and loses what is held. */
  clear(): void
}

interface Entry<W> {
  readonly fault: MockFault<W>
  readonly latch: Latch
  left: number
}

type FaultHandler = (exchange: Exchange, latch: Latch) => Promise<PlainResponse>

const lose = (): never => {
  throw toNetworkError()
}

const damage =
  (kind: Parameters<typeof toDamagedResponse>[1]): FaultHandler =>
  async ({ deliver, request }) =>
    toDamagedResponse(await deliver(), kind, request.signal)

const straight: FaultHandler = ({ deliver }) => deliver()

const handlers: Readonly<Record<Exclude<MockNetworkFaultName, 'stale-cache'> | 'delay', FaultHandler>> = {
  'lose-request': async () => lose(),
  'lose-answer': async ({ deliver }) => deliver().then(lose),
  'break-answer': damage('break'),
  'truncate-answer': damage('truncate'),
  'empty-answer': damage('empty'),
  'stall-answer': damage('stall'),
  duplicate: async ({ deliver }) => deliver().then(deliver),
  'late-copy': async ({ deliver }, latch) => {
    const response = await deliver()
    latch.holdDetached(deliver)
    return response
  },
  hold: straight,
  'hold-answer': straight,
  delay: straight,
}

async function respondInstead(fault: MockAnswerFault, { deliver }: Exchange): Promise<PlainResponse> {
  if (fault.stored === true) await deliver()
  return toCannedResponse(fault)
}

const names = new Set<string>([...Object.keys(handlers), 'write-beside', 'write-over', 'stale-cache'])

function check(fault: MockFault): void {
  const name: MockFaultName = fault.fault
  const fail = (reason: string): never => {
    throw new SessionConfigError(`Failed to script a fault: ${reason}`)
  }
  if (!names.has(name) && !isAnswerFault(fault))
    fail(`there is no fault "${name}". Use one of ${[...names, ...responseFaults].join(', ')}.`)
  if (fault.times !== undefined && !(fault.times >= 1)) fail(`times is ${fault.times}. Set it to 1 or more.`)
  if (name === 'delay' && !((fault.delayMs ?? 0) > 0)) fail('a delay needs delayMs. Write { fault: "delay", delayMs: 500 }.')
  if ((name === 'write-beside' || name === 'write-over') && (fault as { write?: unknown }).write === undefined) {
    fail(`${name} needs what to write. Write { fault: "${name}", write: { cart: [] } }.`)
  }
}

function toHeld({ fault, hold }: MockFault): 'request' | 'answer' | undefined {
  if (fault === 'hold') return 'request'
  return fault === 'hold-answer' ? 'answer' : hold
}

/** Creates an empty script. Faults are used up in the order in which the test scripts them. */
export function createFaultScript<W>(ports: FaultPorts<W>): FaultScript<W> {
  const entries = new Set<Entry<W>>()
  const latches = new Set<Latch>()

  const handle = async ({ fault, latch }: Entry<W>, exchange: Exchange): Promise<PlainResponse> => {
    if (fault.fault === 'write-beside') {
      await ports.write(fault.write, exchange.page)
      return exchange.deliver()
    }
    if (fault.fault === 'write-over') return ports.writeOver(fault.write, exchange.page, exchange.deliver)
    if (fault.fault === 'stale-cache') return ports.loadLate(exchange.page, exchange.deliver)
    return isAnswerFault(fault) ? respondInstead(fault, exchange) : handlers[fault.fault](exchange, latch)
  }

  const run = async (entry: Entry<W>, exchange: Exchange): Promise<PlainResponse> => {
    const { fault, latch } = entry
    const held = toHeld(fault)
    if (fault.delayMs !== undefined && fault.delayMs > 0) {
      latch.reach()
      await ports.activity.wait(ports.delay(fault.delayMs))
      // The mock server was reset in the meantime.
      if (!latches.has(latch)) lose()
    }
    if (held === 'request') return latch.hold(() => handle(entry, exchange))
    const outcome = handle(entry, exchange)
    if (held !== 'answer') return outcome.finally(latch.reach)
    // A held loss becomes a loss only once it is released.
    await Promise.allSettled([outcome])
    return latch.hold(() => outcome)
  }

  const find = ({ request, page }: Exchange): Entry<W> | undefined =>
    [...entries].find(
      ({ fault }) =>
        (fault.method === undefined || fault.method.toUpperCase() === request.method) &&
        (fault.browser === undefined || ports.pageOf(fault.browser) === page),
    )

  return {
    add: (fault) => {
      check(fault)
      const latch = createLatch(ports.activity)
      const times = fault.times ?? 1
      const entry: Entry<W> = { fault, latch, left: times }
      entries.add(entry)
      latches.add(latch)
      return {
        get used() {
          return latch.used
        },
        reached: () => latch.reached,
        release: () => latch.release(),
        cancel: () => void entries.delete(entry),
      }
    },
    apply: async (exchange) => {
      const entry = find(exchange)
      if (entry === undefined) return exchange.deliver()
      entry.left -= 1
      entry.latch.used += 1
      if (entry.left <= 0) entries.delete(entry)
      return run(entry, exchange)
    },
    release: async () => {
      await Promise.all([...latches].map((latch) => latch.release()))
    },
    clear: () => {
      for (const latch of latches) latch.lose()
      entries.clear()
      latches.clear()
    },
  }
}
