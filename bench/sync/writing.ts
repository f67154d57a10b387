// Defines the workloads in which one client writes many keys, and checks what the server stored.
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { createBrowser } from '../lib/browser.ts'
import type { Sample, Work } from './work.ts'
import type { CreateWriter, Entry, Writer } from './writer.ts'

const loopback = { roundTripMs: 0, jitterMs: 0 }
/** One request after the other would take minutes for 10,000 writes, so that is left to the row where it matters. */
const contenders = ['sojourn', 'floor-handler', 'tanstack-db', 'query-core', 'swr'] as const
const withScoped = [...contenders, 'query-core-scoped'] as const
/** Those that send a request for each write and let them overtake each other. */
const overtaking: ReadonlySet<string> = new Set(['query-core', 'swr'])

async function open(contender: string, origin: string, keys: readonly string[]) {
  const { createWriter } = (await import(`./writers/${contender}.ts`)) as { createWriter: CreateWriter }
  const browser = createBrowser(origin)
  const writer = await createWriter(browser, keys)
  const look = async () => ((await browser.look(writer.url)) as { data: Record<string, number> }).data
  return { browser, writer, look }
}

const toKeys = (count: number): string[] => Array.from({ length: count }, (_, at) => `key-${at}`)

/** How long it was until the event loop was free again, and until all was acknowledged; and the processor's time for it. */
async function time(writer: Writer, entries: readonly Entry[]): Promise<{ ms: number; blockedMs: number; cpuMs: number }> {
  const before = process.cpuUsage()
  const start = performance.now()
  const acknowledged = writer.write(entries).then(() => performance.now() - start)
  await setImmediate()
  const blockedMs = performance.now() - start
  const ms = await acknowledged
  const { user, system } = process.cpuUsage(before)
  return { ms, blockedMs, cpuMs: (user + system) / 1000 }
}

interface Writing extends Pick<Work, 'title' | 'contenders' | 'wanted'> {
  readonly writes: number
  /** How many keys they are of. */
  readonly keys: number
  readonly roundTripMs?: number
}

/** Many writes in one tick. */
function write({ writes, keys, roundTripMs = 0, ...rest }: Writing): Work {
  return {
    ...rest,
    floor: 'floor',
    network: { ...loopback, roundTripMs },
    span: { ms: 400, runs: 7, limitMs: 2_000 },
    async prepare(contender, origin) {
      const names = toKeys(keys)
      const { browser, writer, look } = await open(contender, origin, names)
      let value = 0
      return async (): Promise<Sample> => {
        const entries = Array.from({ length: writes }, (_, at): Entry => [names[at % keys] as string, ++value])
        const before = browser.requests
        const times = await time(writer, entries)
        const requests = browser.requests - before
        const last = Object.fromEntries(entries.slice(-keys))
        const stored = await look()
        const shown = Object.fromEntries(names.map((key) => [key, writer.read(key)]))
        assert.deepEqual(Object.keys(stored).sort(), Object.keys(last).sort(), 'which keys are stored')
        // Requests of theirs that overtake each other leave another value of the same tick; `race` counts how often.
        if (!overtaking.has(contender)) assert.deepEqual([stored, shown], [last, last], 'what is stored, and what is shown')
        return { ...times, requests }
      }
    },
  }
}

/** Four writes of one key with a pause after each. Gives whether the last is what is stored and shown in the end, and the requests. */
async function writeFour(contender: string, origin: string): Promise<{ isRight: boolean; requests: number }> {
  const { browser, writer, look } = await open(contender, origin, ['key-0'])
  const before = browser.requests
  const written: Promise<unknown>[] = []
  for (let value = 1; value <= 4; value++) {
    written.push(writer.write([['key-0', value]]))
    await setTimeout(3)
  }
  await Promise.all(written)
  const requests = browser.requests - before
  const stored = (await look())['key-0']
  return { isRight: stored === 4 && writer.read('key-0') === 4, requests }
}

/** How often the last of a few writes is not what is stored or shown in the end. The runs go five at a time, each with a session of its own. */
function race(runs: number): Work {
  return {
    title: `last value wrong, of ${runs} runs, under a jittered round trip`,
    network: { roundTripMs: 0, jitterMs: 10 },
    contenders: ['sojourn', 'floor', 'tanstack-db', 'query-core', 'query-core-scoped', 'swr'],
    wanted: { wrong: 0 },
    span: { ms: 0, runs: 1, limitMs: 0 },
    async prepare(contender, origin) {
      return async (): Promise<Sample> => {
        const done: Awaited<ReturnType<typeof writeFour>>[] = []
        while (done.length < runs) done.push(...(await Promise.all(Array.from({ length: 5 }, () => writeFour(contender, origin)))))
        const requests = done.reduce((total, each) => total + each.requests, 0)
        return { wrong: done.filter(({ isRight }) => !isRight).length, requests: requests / done.length }
      }
    },
  }
}

/** What is written, in the order of the table. Times are multiples of the floor's. */
export const writing: readonly Work[] = [
  write({ title: '1 write', writes: 1, keys: 1, contenders, wanted: { ms: 1.2, requests: 1 } }),
  write({ title: '100 writes of different keys', writes: 100, keys: 100, contenders, wanted: { requests: 1 } }),
  write({ title: '100 writes of one key', writes: 100, keys: 1, contenders, wanted: { requests: 1 } }),
  write({
    title: '100 writes, 20 ms away',
    writes: 100,
    keys: 100,
    roundTripMs: 20,
    contenders: withScoped,
    wanted: { ms: 1.2, requests: 1 },
  }),
  write({
    title: '10,000 writes of different keys',
    writes: 10_000,
    keys: 10_000,
    contenders,
    wanted: { ms: 3, blockedMs: 3, requests: 1 },
  }),
  write({ title: '10,000 writes of one key', writes: 10_000, keys: 1, contenders, wanted: { ms: 2, requests: 1 } }),
  race(50),
]
