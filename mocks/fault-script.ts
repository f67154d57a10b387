// Owns the faults that a test has scripted and applies each to the next matching request. Called by network; never stores anything
// itself.
import { SessionConfigError } from '../src/errors/session-config-error.ts'
import type { Activity } from './activity.ts'
import { isAnswerFault, toCannedAnswer, toDamagedAnswer } from './answers.ts'
import { type PlainAnswer, type PlainRequest, toNetworkError } from './exchange.ts'
import type { MockAnswerFault, MockFault, MockFaultHandle, MockFaultName, MockNetworkFaultName } from './fault.ts'
import { createGate, type Gate } from './gate.ts'
import type { MockBrowser } from './mock-browser.ts'
import type { Page } from './page.ts'

/** One request on its way through the network. */
export interface Passage {
  readonly request: PlainRequest
  readonly page: Page
  /** Brings the request to the server. Each call is one more arrival. */
  deliver(): Promise<PlainAnswer>
}

/** What the faults need of their surroundings. */
export interface FaultPorts<W> {
  /** Stores what `write-beside` brings. */
  write(write: W, page: Page): Promise<void>
  /** Stores what `write-over` brings, on top of what was stored before the request. */
  writeOver(write: W, page: Page, deliver: () => Promise<PlainAnswer>): Promise<PlainAnswer>
  /** Fills the cache with what was stored before the request. */
  loadLate(page: Page, deliver: () => Promise<PlainAnswer>): Promise<PlainAnswer>
  readonly activity: Activity
  /** The inside of a browser. */
  pageOf(browser: MockBrowser): Page
  /** Waits. */
  delay(ms: number): Promise<void>
}

/** The faults that a test has scripted and that have not befallen a request yet. */
export interface FaultScript<W> {
  add(fault: MockFault<W>): MockFaultHandle
  /** Takes a request through the first fault that is meant for it, or straight to the server. */
  pass(passage: Passage): Promise<PlainAnswer>
  /** Lets go everything that is held. */
  release(): Promise<void>
  /** Forgets every fault; what is held is lost. */
  clear(): void
}

interface Entry<W> {
  readonly fault: MockFault<W>
  readonly gate: Gate
  left: number
}

type Befall = (passage: Passage, gate: Gate) => Promise<PlainAnswer>

const lose = (): never => {
  throw toNetworkError()
}

const damage =
  (kind: Parameters<typeof toDamagedAnswer>[1]): Befall =>
  async ({ deliver, request }) =>
    toDamagedAnswer(await deliver(), kind, request.signal)

const straight: Befall = ({ deliver }) => deliver()

const befalls: Readonly<Record<Exclude<MockNetworkFaultName, 'stale-cache'> | 'delay', Befall>> = {
  'lose-request': async () => lose(),
  'lose-answer': async ({ deliver }) => deliver().then(lose),
  'break-answer': damage('break'),
  'truncate-answer': damage('truncate'),
  'empty-answer': damage('empty'),
  'stall-answer': damage('stall'),
  duplicate: async ({ deliver }) => deliver().then(deliver),
  'late-copy': async ({ deliver }, gate) => {
    const answer = await deliver()
    gate.holdAlone(deliver)
    return answer
  },
  hold: straight,
  'hold-answer': straight,
  delay: straight,
}

async function answerInstead(fault: MockAnswerFault, { deliver }: Passage): Promise<PlainAnswer> {
  if (fault.stored === true) await deliver()
  return toCannedAnswer(fault)
}

const names = new Set<string>([...Object.keys(befalls), 'write-beside', 'write-over', 'stale-cache'])

function check(fault: MockFault): void {
  const name: MockFaultName = fault.fault
  const fail = (reason: string): never => {
    throw new SessionConfigError(`Failed to script a fault: ${reason}`)
  }
  if (!names.has(name) && !isAnswerFault(fault))
    fail(`"${name}" is none. Write one of ${[...names].join(', ')} or of the faults that answer.`)
  if (fault.times !== undefined && !(fault.times >= 1)) fail(`times is ${fault.times}. Give 1 or more.`)
  if (name === 'delay' && !((fault.delayMs ?? 0) > 0)) fail('a delay wants delayMs. Write { fault: "delay", delayMs: 500 }.')
  if ((name === 'write-beside' || name === 'write-over') && (fault as { write?: unknown }).write === undefined) {
    fail(`${name} wants what is written. Write { fault: "${name}", write: { cart: [] } }.`)
  }
}

function toHeld({ fault, hold }: MockFault): 'request' | 'answer' | undefined {
  if (fault === 'hold') return 'request'
  return fault === 'hold-answer' ? 'answer' : hold
}

/** Keeps the faults of one mock server, in the order in which the test scripted them. */
export function createFaultScript<W>(ports: FaultPorts<W>): FaultScript<W> {
  const entries = new Set<Entry<W>>()
  const gates = new Set<Gate>()

  const befall = async ({ fault, gate }: Entry<W>, passage: Passage): Promise<PlainAnswer> => {
    if (fault.fault === 'write-beside') {
      await ports.write(fault.write, passage.page)
      return passage.deliver()
    }
    if (fault.fault === 'write-over') return ports.writeOver(fault.write, passage.page, passage.deliver)
    if (fault.fault === 'stale-cache') return ports.loadLate(passage.page, passage.deliver)
    return isAnswerFault(fault) ? answerInstead(fault, passage) : befalls[fault.fault](passage, gate)
  }

  const run = async (entry: Entry<W>, passage: Passage): Promise<PlainAnswer> => {
    const { fault, gate } = entry
    const held = toHeld(fault)
    if (fault.delayMs !== undefined && fault.delayMs > 0) {
      gate.reach()
      await ports.activity.wait(ports.delay(fault.delayMs))
      // Reset meanwhile.
      if (!gates.has(gate)) lose()
    }
    if (held === 'request') return gate.hold(() => befall(entry, passage))
    const outcome = befall(entry, passage)
    if (held !== 'answer') return outcome.finally(gate.reach)
    // A held loss is a loss only once it is let go.
    await Promise.allSettled([outcome])
    return gate.hold(() => outcome)
  }

  const find = ({ request, page }: Passage): Entry<W> | undefined =>
    [...entries].find(
      ({ fault }) =>
        (fault.method === undefined || fault.method.toUpperCase() === request.method) &&
        (fault.browser === undefined || ports.pageOf(fault.browser) === page),
    )

  return {
    add: (fault) => {
      check(fault)
      const gate = createGate(ports.activity)
      const times = fault.times ?? 1
      const entry: Entry<W> = { fault, gate, left: times }
      entries.add(entry)
      gates.add(gate)
      return {
        get used() {
          return gate.used
        },
        reached: () => gate.reached,
        release: () => gate.release(),
        cancel: () => void entries.delete(entry),
      }
    },
    pass: async (passage) => {
      const entry = find(passage)
      if (entry === undefined) return passage.deliver()
      entry.left -= 1
      entry.gate.used += 1
      if (entry.left <= 0) entries.delete(entry)
      return run(entry, passage)
    },
    release: async () => {
      await Promise.all([...gates].map((gate) => gate.release()))
    },
    clear: () => {
      for (const gate of gates) gate.lose()
      entries.clear()
      gates.clear()
    },
  }
}
