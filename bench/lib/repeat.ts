// Repeats a measurement for a time or a number of runs.
import { performance } from 'node:perf_hooks'

/** How long something goes on: for a time and a number of runs, but no longer than the limit. Times in milliseconds. */
export interface Span {
  readonly ms: number
  readonly runs: number
  readonly limitMs: number
}

/** Runs something once or more. */
export async function repeat({ ms, runs, limitMs }: Span, run: () => Promise<void>): Promise<void> {
  const start = performance.now()
  let passedMs = 0
  for (let done = 0; done === 0 || (passedMs < limitMs && (passedMs < ms || done < runs)); done++) {
    await run()
    passedMs = performance.now() - start
  }
}
