// Runs the checks one after the other and reports each outcome. Never rejects because of the server.
import type { ConformanceCheck } from './check.ts'
import { conformanceChecks } from './checks.ts'
import { type ConformanceOptions, toSettings } from './options.ts'

/** What came of one check. */
export interface ConformanceOutcome extends Pick<ConformanceCheck, 'name' | 'level' | 'sentence'> {
  /** `excused`: the server says `atomic: false`, and the protocol asks no more of it. */
  readonly outcome: 'held' | 'failed' | 'not-run' | 'excused'
  /** Why, if it is not `held`. */
  readonly reason?: string | undefined
}

/** What came of all of them. */
export interface ConformanceReport {
  /** The URL of the session. */
  readonly url: string
  /** Whether no MUST failed. A check that was not run says nothing. */
  readonly conforms: boolean
  /** One for each check, in their order. */
  readonly outcomes: readonly ConformanceOutcome[]
}

/**
 * Runs checks against a server, one after the other. Never rejects for what the server does.
 *
 * @throws SessionConfigError if the options about keys cannot work.
 * @example
 * const { conforms, outcomes } = await runConformance({ url: 'http://127.0.0.1:8000/session/', keys: ['theme', 'cart', 'note'] })
 */
export async function runConformance(
  options: ConformanceOptions,
  checks: readonly ConformanceCheck[] = conformanceChecks,
): Promise<ConformanceReport> {
  toSettings(options)
  const outcomes: ConformanceOutcome[] = []
  for (const check of checks) outcomes.push(await runCheck(check, options))
  const conforms = !outcomes.some(({ level, outcome }) => level === 'MUST' && outcome === 'failed')
  return { url: options.url, conforms, outcomes }
}

async function runCheck({ name, level, sentence, run }: ConformanceCheck, options: ConformanceOptions): Promise<ConformanceOutcome> {
  const words = { name, level, sentence }
  try {
    const { notRun, excused } = await run(options)
    if (notRun !== undefined) return { ...words, outcome: 'not-run', reason: notRun }
    return excused === undefined ? { ...words, outcome: 'held' } : { ...words, outcome: 'excused', reason: excused }
  } catch (error) {
    return { ...words, outcome: 'failed', reason: (error as Error).message }
  }
}
