// Formats a report as the text that the command prints.
import type { ConformanceOutcome, ConformanceReport } from './run.ts'

const words: Readonly<Record<ConformanceOutcome['outcome'], string>> = {
  held: 'ok',
  failed: 'FAILED',
  'not-run': 'not run',
  excused: 'excused',
}

/** A report as text: a line for each check, under it why it does not hold and what the protocol says, and the counts. */
export function toTable({ url, outcomes }: ConformanceReport): string {
  const width = Math.max(...outcomes.map(({ name }) => name.length))
  const rows = outcomes.map((row) => {
    const line = `${words[row.outcome].padEnd(8)} ${row.level.padEnd(6)} ${row.name}`
    if (row.outcome === 'failed') return `${line}\n         ${row.reason}\n         The protocol: ${row.sentence}`
    return row.reason === undefined ? line : `${line.padEnd(width + 17)} ${row.reason}`
  })
  return [`Session over HTTP: ${url}`, '', ...rows, '', countOf(outcomes, 'MUST'), countOf(outcomes, 'SHOULD'), ''].join('\n')
}

function countOf(outcomes: readonly ConformanceOutcome[], level: ConformanceOutcome['level']): string {
  const of = (outcome: ConformanceOutcome['outcome']): number =>
    outcomes.filter((row) => row.level === level && row.outcome === outcome).length
  const counts = [`${of('held')} hold`, `${of('failed')} failed`, `${of('not-run')} not run`, `${of('excused')} excused`]
  return `${level.padEnd(6)} ${counts.join(', ')}`
}
