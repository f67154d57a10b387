// Owns the channel through which the page's parts report to the board.
import type { Mark } from './board/mark.ts'

/** How a sentence is meant. */
export type Tone = 'calm' | 'good' | 'care' | 'bad'

/** One thing that happened, for the board: in a sentence, in the time line, or in both. */
export interface Report {
  readonly text?: string | undefined
  readonly tone?: Tone | undefined
  readonly mark?: Mark | undefined
}

/** Where the parts of the page report what happens, and the board listens. */
export interface Reports {
  publish(report: Report): void
  listen(run: (report: Report) => void): void
}

/** Creates reports that nobody listens to yet. */
export function createReports(): Reports {
  const listeners = new Set<(report: Report) => void>()
  return {
    publish(report) {
      for (const run of listeners) run(report)
    },
    listen: (run) => void listeners.add(run),
  }
}

/** The reports of this page. */
export const reports: Reports = createReports()
