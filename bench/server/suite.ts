// `npm run bench -- server`: measures what each server commits, for several loads, and prints the table.
import { runFresh } from '../lib/child.ts'
import { formatCount, formatNs } from '../lib/format.ts'
import { type Summary, summarize } from '../lib/stats.ts'
import { printTable } from '../lib/table.ts'
import { contenders } from './contenders.ts'
import type { Load, Slice } from './load.ts'

/** One contender's figures under one load. */
interface Row extends Load {
  readonly contender: string
  readonly perSecond: Summary
  readonly cpuUs: Summary
  readonly answerBytes: number
}

/** What the suite measured. */
export type ServerRows = readonly Row[]

const sizes: readonly Load[] = [1, 10, 100, 500].map((keys) => ({ visitors: 1, keys }))
const crowd: Load = { visitors: 100, keys: 10 }

async function measure(load: Load): Promise<Row[]> {
  const measured = await runFresh<Readonly<Record<string, readonly Slice[]>>>('server/load.ts', [JSON.stringify(load)])
  return Object.entries(measured).map(([contender, slices]) => ({
    ...load,
    contender,
    perSecond: summarize(slices.map(({ perSecond }) => perSecond)),
    cpuUs: summarize(slices.map(({ cpuUs }) => cpuUs)),
    answerBytes: slices.at(-1)?.answerBytes ?? 0,
  }))
}

function print(rows: ServerRows): void {
  const names = Object.keys(contenders)
  const loads = [...sizes, crowd]
  const table = (title: string, toCell: (row: Row) => string): void =>
    printTable(
      title,
      ['visitors, keys of each session', ...names],
      loads.map(({ visitors, keys }) => [
        `${visitors}, ${keys}`,
        ...names.map((name) => toCell(rows.find((row) => row.visitors === visitors && row.keys === keys && row.contender === name) as Row)),
      ]),
    )
  table('Commits of one key each second, over HTTP', ({ perSecond }) => formatCount(perSecond.median))
  table("The processor's time of the server for one commit", ({ cpuUs }) => formatNs(cpuUs.median * 1000))
  table('Bytes of one response', ({ answerBytes }) => formatCount(answerBytes))
}

/** Counts what the servers commit, in turn, each in a process of its own. */
export async function runServer(): Promise<ServerRows> {
  const rows: Row[] = []
  for (const load of [...sizes, crowd]) rows.push(...(await measure(load)))
  print(rows)
  return rows
}
