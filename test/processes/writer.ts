// One tab of a kill round: writes at random and records what became of each write.
import { z } from 'zod'
import { createSessionClient } from '../../src/client/create-session-client.ts'
import { isSessionError } from '../../src/errors/session-error.ts'
import type { Random } from '../simulation/random.ts'
import type { Browser } from './browser.ts'
import { createTally } from './tally.ts'

/** The session that the tabs write. */
const schema = z.object({
  /** Counted up by `update`. */
  count: z.number().default(0),
  /** Unique ids, appended by `update`. */
  list: z.array(z.string()).default([]),
  /** Counted up and appended to in one transaction. */
  total: z.number().default(0),
  order: z.array(z.string()).default([]),
  /** Each tab sets a leaf of its own. */
  tabs: z.record(z.string(), z.number()).default({}),
})

export type Kind = 'count' | 'list' | 'order' | 'tabs' | 'cycle'

/** One write and what became of it. */
export interface Write {
  readonly kind: Kind
  /** Unique in the run. */
  readonly id: string
  /** Counts the writes of its tab. */
  readonly number: number
  status: 'pending' | 'acknowledged' | 'rejected'
  /** The code of the error. */
  error?: string
  /** Whether the error leaves open whether it was stored. */
  isFateUnknown?: boolean
  /** What a transaction gave: its place in `order`. */
  result?: unknown
}

/** A tab that writes. */
export interface Writer {
  readonly name: string
  readonly browser: Browser
  readonly writes: readonly Write[]
  /** How often the steps of exchanges came out how. */
  readonly figures: Readonly<Record<string, number>>
  /** Creates the session; resolves when it is there. */
  begin(): Promise<void>
  /** Writes on and on until `stop`; resolves when every write has settled. */
  run(): Promise<void>
  stop(): void
  /** Reads again and says what the tab shows. */
  look(): Promise<Record<string, unknown>>
  /** How the tab stands, for a message. */
  toString(): string
  dispose(): void
}

/** How much waits for its acknowledgement in one tab. */
const maxOpen = 5

export interface WriterOptions {
  readonly url: string
  readonly random: Random
  /** Whether the tabs of the browser hear each other. */
  readonly hasChannel: boolean
  /** How often each kind of write is made. */
  readonly kinds: Readonly<Partial<Record<Kind, number>>>
}

/** Opens a tab: a real client with the fetch of its browser. */
export function createWriter(name: string, browser: Browser, { url, random, hasChannel, kinds }: WriterOptions): Writer {
  const writes: Write[] = []
  const { figures, count } = createTally()
  let isStopped = false
  const client = createSessionClient({
    url,
    schema,
    fetch: browser.fetch,
    locks: browser.locks,
    channel: hasChannel ? browser.channel : false,
    retry: { minDelayMs: 20, maxDelayMs: 200 },
    timeoutMs: 500,
    random: random.next,
  })
  client.on('exchange', ({ kind, outcome, attempt }) => {
    const what = kind === 'commit' && outcome === 'sent' && attempt > 1 ? 'sent again' : outcome
    count(`${kind} ${what}`)
  })

  function make({ kind, id, number }: Write): Promise<unknown> {
    switch (kind) {
      case 'count':
        return client.update('count', (count) => count + 1)
      case 'list':
        return client.update('list', (list) => [...list, id])
      case 'order':
        return client.transaction((tx) => {
          const total = tx.get('total') + 1
          tx.set('total', total)
          tx.update('order', (order) => [...order, id])
          return total
        })
      case 'tabs':
        return client.set('tabs', { ...client.peek('tabs'), [name]: number })
      case 'cycle':
        return client.cycleKey()
    }
  }

  async function write(): Promise<void> {
    const number = writes.length + 1
    const entry: Write = { kind: random.weigh(kinds as Record<Kind, number>), id: `${name}-${number}`, number, status: 'pending' }
    writes.push(entry)
    try {
      entry.result = await make(entry)
      entry.status = 'acknowledged'
    } catch (error) {
      if (!isSessionError(error)) throw error
      entry.status = 'rejected'
      entry.error = error.code
      entry.isFateUnknown = error.code === 'unknown-fate' || ('fate' in error && error.fate === 'unknown')
    }
  }

  return {
    name,
    browser,
    writes,
    figures,
    // A touch creates no session, so something is stored.
    begin: () => client.set('tabs', {}),
    async run() {
      const open = new Set<Promise<void>>()
      // The app of each tab waits for its data first: a function cannot run on what is not there.
      await client.get('count')
      while (!isStopped) {
        for (let left = random.int(3); left >= 0; left--) {
          const one: Promise<void> = write().finally(() => open.delete(one))
          open.add(one)
        }
        while (open.size > random.int(maxOpen)) await Promise.race(open)
      }
      await Promise.all(open)
    },
    stop() {
      isStopped = true
    },
    async look() {
      await client.revalidate()
      return { ...client.getSnapshot().values }
    },
    toString() {
      const { status, activity, pending, error } = client.getSnapshot()
      return `${name}: ${status}, ${activity}, ${pending} pending, ${String(error)}, ${JSON.stringify(figures)}`
    },
    dispose: () => client.dispose(),
  }
}
