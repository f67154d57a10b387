// Defines the workloads in which several clients count up one key, and checks that no increment is missing.
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { createBrowser } from '../lib/browser.ts'
import { quantile } from '../lib/stats.ts'
import type { Counter, CreateCounter } from './counter.ts'
import { createUrl } from './plain-client.ts'
import type { Sample, Work } from './work.ts'

interface Counting extends Pick<Work, 'title' | 'contenders' | 'floor' | 'wanted' | 'span'> {
  readonly clients: number
  readonly increments: number
  readonly roundTripMs?: number
  /** Issues the increments of one client; gives how long each took, in milliseconds. */
  readonly issue: (counter: Counter, increments: number) => Promise<readonly number[]>
}

async function timed(counter: Counter): Promise<number> {
  const start = performance.now()
  await counter.increment()
  return performance.now() - start
}

const atOnce: Counting['issue'] = (counter, increments) => Promise.all(Array.from({ length: increments }, () => timed(counter)))

const oneByOne: Counting['issue'] = async (counter, increments) => {
  const taken: number[] = []
  for (let done = 0; done < increments; done++) taken.push(await timed(counter))
  return taken
}

/** Several clients count one key up; every increment has to be there in the end. */
function count({ clients, increments, roundTripMs = 0, issue, ...rest }: Counting): Work {
  return {
    ...rest,
    network: { roundTripMs, jitterMs: 0 },
    async prepare(contender, origin) {
      const { createCounter } = (await import(`./counters/${contender}.ts`)) as { createCounter: CreateCounter }
      const first = createBrowser(origin)
      const browsers = [first, ...Array.from({ length: clients - 1 }, () => first.open())]
      const url = createUrl(first)
      // One after the other: the first increment makes the session, and its cookie is what the others share.
      const counters: Counter[] = []
      for (const browser of browsers) {
        const counter = await createCounter(browser, url)
        await counter.increment()
        counters.push(counter)
      }
      let expected = clients
      return async (): Promise<Sample> => {
        const before = sum(browsers.map(({ requests }) => requests))
        const start = performance.now()
        const taken = (await Promise.all(counters.map((counter) => issue(counter, increments)))).flat()
        const ms = performance.now() - start
        const requests = sum(browsers.map((browser) => browser.requests)) - before
        expected += clients * increments
        const { data } = (await first.look(counters[0]?.url as string)) as { data: { count: number } }
        assert.deepEqual(data, { count: expected }, 'what is stored')
        return { ms, requests: requests / taken.length, p99Ms: quantile(taken, 0.99), maxMs: Math.max(...taken) }
      }
    },
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const byHand = ['cached-etag', 'retry-on-412'] as const

/** What is counted, in the order of the table. */
export const counting: readonly Work[] = [
  count({
    title: '8 clients, 200 increments each, issued at once',
    clients: 8,
    increments: 200,
    issue: atOnce,
    contenders: ['sojourn', 'retry-on-412'],
    floor: 'floor',
    wanted: { ms: 3, requests: 0.06 },
    span: { ms: 400, runs: 7, limitMs: 3_000 },
  }),
  count({
    title: 'the same, awaited one by one',
    clients: 8,
    increments: 200,
    issue: oneByOne,
    contenders: ['sojourn', 'add', ...byHand],
    wanted: { requests: 3.5 },
    span: { ms: 1_000, runs: 2, limitMs: 1_000 },
  }),
  count({
    title: '4 clients, 20 ms away, 25 increments each, one by one',
    clients: 4,
    increments: 25,
    roundTripMs: 20,
    issue: oneByOne,
    contenders: ['sojourn', 'add', ...byHand],
    wanted: { p99Ms: 400 },
    span: { ms: 1_000, runs: 2, limitMs: 1_000 },
  }),
]
