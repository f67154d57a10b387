// `npm run bench -- hot`: times reads, writes and notifications of each contender in turn with the floor, and prints the table.
import { performance } from 'node:perf_hooks'
import { runFresh } from '../lib/child.ts'
import { formatCount, formatNs, formatRatio } from '../lib/format.ts'
import { type Summary, summarize } from '../lib/stats.ts'
import { printTable } from '../lib/table.ts'
import type { Heap } from './heap.ts'
import { contenders } from './names.ts'
import type { Timed } from './time.ts'
import { workloads } from './workloads.ts'

/** A round begins only if it will be over by then, judged by the longest before it: the suite stays under 100 seconds. */
const budgetMs = 85_000
const maxRounds = 3

/** One contender's figures for one piece of work. */
interface Row {
  readonly work: string
  readonly contender: string
  readonly wanted?: number
  readonly floorNs: Summary
  readonly ns: Summary
  /** Of each turn to the floor's turn just before it. */
  readonly ratio: Summary
}

/** What the suite measured. */
export interface Hot {
  readonly rounds: number
  readonly rows: readonly Row[]
  readonly heap: readonly ({ readonly contender: string } & Heap)[]
}

function toRows(contender: string, rounds: readonly (readonly Timed[])[]): Row[] {
  return (rounds[0] ?? []).map(({ title, wanted }, at) => {
    const all = rounds.map((round) => round[at] as Timed)
    const pairs = all.flatMap(({ floor, own }) => own.map((ns, turn) => ns / (floor[turn] as number)))
    return {
      work: title,
      contender,
      ...(wanted && { wanted }),
      floorNs: summarize(all.flatMap(({ floor }) => floor)),
      ns: summarize(all.flatMap(({ own }) => own)),
      ratio: summarize(pairs),
    }
  })
}

function print({ rounds, rows, heap }: Hot): void {
  const works = [...new Set(rows.map(({ work }) => work))]
  const cell = (work: string, contender: string): Row => rows.find((row) => row.work === work && row.contender === contender) as Row
  const others = contenders.filter((name) => name !== 'sojourn')
  printTable(
    `Hot paths: medians of ${rounds} rounds, each piece of work in a fresh process, in turn with the floor`,
    ['work', 'floor', 'sojourn', 'ratio', 'middle half', 'wanted'],
    works.map((work) => {
      const { floorNs, ns, ratio, wanted } = cell(work, 'sojourn')
      const spread = `${formatRatio(ratio.low)} to ${formatRatio(ratio.high)}`
      return [work, formatNs(floorNs.median), formatNs(ns.median), formatRatio(ratio.median), spread, wanted ? formatRatio(wanted) : '']
    }),
  )
  printTable(
    'The same as multiples of the floor',
    ['work', ...others],
    works.map((work) => [work, ...others.map((name) => formatRatio(cell(work, name).ratio.median))]),
  )
  printTable(
    'Heap, in bytes for each of 10,000 keys that were read once',
    ['', ...heap.map(({ contender }) => contender)],
    [
      ['key', ...heap.map(({ perKey }) => formatCount(perKey))],
      ['key with a subscriber', ...heap.map(({ perSubscribedKey }) => formatCount(perSubscribedKey))],
    ],
  )
}

/** Times what an app does most next to the network, each contender in turn with the floor. */
export async function runHot(): Promise<Hot> {
  const start = performance.now()
  const timed = new Map<string, (readonly Timed[])[]>()
  let rounds = 0
  let longestMs = 0
  while (rounds < maxRounds && performance.now() - start + longestMs < budgetMs) {
    const begun = performance.now()
    // Every other round goes backwards, so that nobody always comes after the same one.
    for (const name of rounds++ % 2 === 0 ? contenders : contenders.toReversed()) {
      const round: Timed[] = []
      for (const at of workloads.keys()) round.push(await runFresh<Timed>('hot/time.ts', [name, `${at}`]))
      timed.set(name, [...(timed.get(name) ?? []), round])
    }
    longestMs = Math.max(longestMs, performance.now() - begun)
  }
  const heap = []
  for (const contender of ['floor', ...contenders]) heap.push({ contender, ...(await runFresh<Heap>('hot/heap.ts', [contender])) })
  const hot = { rounds, rows: contenders.flatMap((name) => toRows(name, timed.get(name) ?? [])), heap }
  print(hot)
  return hot
}
