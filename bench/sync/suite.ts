// `npm run bench -- sync`: times writes until they are acknowledged, for each contender in turn with the floor, and prints the table.
import { runFresh } from '../lib/child.ts'
import { formatCount, formatNs, formatRatio } from '../lib/format.ts'
import { type Summary, summarize } from '../lib/stats.ts'
import { printTable } from '../lib/table.ts'
import type { Timed } from './time.ts'
import type { Sample, Work } from './work.ts'
import { works } from './works.ts'

/** One contender's figures for one piece of work. */
interface Row {
  readonly work: string
  readonly contender: string
  readonly wanted: Sample
  /** By figure, and of the floor next to it. */
  readonly own: Readonly<Record<string, Summary>>
  readonly floor: Readonly<Record<string, Summary>>
  /** Of each turn to the floor's turn just before it. */
  readonly ratio: Readonly<Record<string, Summary>>
  /** Of the quickest quarters, which a busy machine disturbs least. */
  readonly quick: Sample
}

/** What the suite measured. */
export type SyncRows = readonly Row[]

function summarizeEach(samples: readonly Sample[]): Record<string, Summary> {
  return Object.fromEntries(
    Object.keys(samples[0] ?? {}).map((figure) => [figure, summarize(samples.map((each) => each[figure] as number))]),
  )
}

function toRow({ title, wanted }: Work, contender: string, { floor, own }: Timed): Row {
  const pairs = floor.map((beside, turn) => {
    const figures = Object.entries(own[turn] as Sample)
    return Object.fromEntries(figures.map(([figure, value]) => [figure, value / (beside[figure] as number)]))
  })
  const figures = { own: summarizeEach(own), floor: summarizeEach(floor), ratio: summarizeEach(pairs) }
  const quick = Object.keys(figures.ratio).map((name) => [name, (figures.own[name]?.low ?? 0) / (figures.floor[name]?.low ?? 0)])
  return { work: title, contender, wanted, ...figures, quick: Object.fromEntries(quick) }
}

const formatMs = (ms: number): string => formatNs(ms * 1e6)
const formatWanted = (wanted: number | undefined, format: (value: number) => string): string => (wanted === undefined ? '' : format(wanted))

/** One line for each figure of Sojourn that is measured next to the floor. */
function toLines(
  { work, wanted, own, floor, ratio, quick }: Row,
  figures: readonly (readonly [name: string, suffix: string])[],
): string[][] {
  return figures.map(([figure, suffix]) => {
    const { median, low, high } = ratio[figure] as Summary
    const times = [floor, own].map((side) => formatMs(side[figure]?.median as number))
    const spread = `${formatRatio(low)} to ${formatRatio(high)}`
    return [
      work + suffix,
      ...times,
      formatRatio(median),
      spread,
      formatRatio(quick[figure] ?? 0),
      formatWanted(wanted[figure], formatRatio),
    ]
  })
}

function printWriting(rows: SyncRows): void {
  const rowsWithFloor = rows.filter(({ contender, ratio }) => contender === 'sojourn' && ratio.blockedMs)
  const contenders = [...new Set(rows.filter(({ ratio }) => ratio.blockedMs).map(({ contender }) => contender))]
  const at = (work: string, contender: string): Row | undefined => rows.find((row) => row.work === work && row.contender === contender)
  printTable(
    'Writes of one tick until they are acknowledged, in turn with the floor',
    ['work', 'floor', 'sojourn', 'ratio', 'middle half', 'quickest quarter', 'wanted'],
    beside.flatMap((row) =>
      toLines(
        row,
        row.wanted.blockedMs === undefined
          ? [['ms', '']]
          : [
              ['ms', ''],
              ['blockedMs', ': the tick alone'],
            ],
      ),
    ),
  )
  const others = contenders.filter((name) => name !== 'sojourn')
  const table = (title: string, names: readonly string[], toCell: (row: Row) => string): void =>
    printTable(
      title,
      ['work', ...names],
      rowsWithFloor.map(({ work }) => [work, ...names.map((name) => at(work, name)).map((row) => (row ? toCell(row) : ''))]),
    )
  table('The quickest quarter, as multiples of the floor', others, ({ quick }) => formatRatio(quick.ms ?? 0))
  table("The same of the processor's time of the page's process", contenders, ({ quick }) => formatRatio(quick.cpuMs ?? 0))
  table('Requests for the writes of one tick', contenders, ({ own }) => formatCount(own.requests?.median as number))
}

/** Every contender's figures for one piece of work; times next to the floor's, if there is one. */
function printAll(title: string, rows: SyncRows): void {
  const [first] = rows
  if (!first) return
  const hasFloor = first.floor.ms !== undefined
  const format = (figure: string, value: number | undefined): string => {
    if (value === undefined) return ''
    return /ms$/i.test(figure) ? formatMs(value) : formatCount(value)
  }
  const figures = Object.keys(first.own)
  const toLine = (name: string, of: Row['own'], ratio?: Summary): string[] => [
    name,
    ...figures.map((figure) => format(figure, of[figure]?.median)),
    ...(hasFloor ? [ratio ? formatRatio(ratio.median) : ''] : []),
  ]
  const toWanted = (figure: string): string => (hasFloor && figure === 'ms' ? '' : format(figure, first.wanted[figure]))
  printTable(
    title,
    ['', ...figures, ...(hasFloor ? ['ratio'] : [])],
    [
      ...(hasFloor ? [toLine('floor', first.floor)] : []),
      ...rows.map(({ contender, own, ratio }) => toLine(contender, own, ratio.ms)),
      ['wanted of sojourn', ...figures.map(toWanted), ...(hasFloor ? [formatWanted(first.wanted.ms, formatRatio)] : [])],
    ],
  )
}

/** Times what goes over the network, requests and values checked. */
export async function runSync(): Promise<SyncRows> {
  const rows: Row[] = []
  for (const [at, work] of works.entries()) {
    for (const contender of work.contenders) rows.push(toRow(work, contender, await runFresh<Timed>('sync/time.ts', [contender, `${at}`])))
  }
  printWriting(rows)
  for (const { title } of works) {
    const own = rows.filter(({ work, own }) => work === title && !own.blockedMs)
    printAll(title, own)
  }
  return rows
}
