// Lists all conformance checks in the order of docs/protocol.md. The public table of `sojourn/conformance`.
import type { ConformanceCheck } from './check.ts'
import { answerChecks } from './checks/answers.ts'
import { conflictChecks } from './checks/conflicts.ts'
import { cookieChecks } from './checks/cookie.ts'
import { exactlyOnceChecks } from './checks/exactly-once.ts'
import { expiryChecks } from './checks/expiry.ts'
import { exposedKeyChecks } from './checks/exposed-keys.ts'
import { keyChecks } from './checks/keys.ts'
import { malformedChecks } from './checks/malformed.ts'
import { originChecks } from './checks/origin.ts'
import { readingChecks } from './checks/reading.ts'
import { serverCodeChecks } from './checks/server-code.ts'
import { stateChecks } from './checks/state.ts'
import { writerChecks } from './checks/writers.ts'

/**
 * Every check of the protocol, in the order of docs/protocol.md. A check shares nothing with another one, so they run
 * in any order, one at a time or all at once.
 *
 * @example
 * test.for(conformanceChecks)('$level $name', async ({ run }, { skip }) => {
 *   const { notRun } = await run({ url })
 *   if (notRun) skip(notRun)
 * })
 */
export const conformanceChecks: readonly ConformanceCheck[] = [
  ...readingChecks,
  ...stateChecks,
  ...exposedKeyChecks,
  ...keyChecks,
  ...exactlyOnceChecks,
  ...conflictChecks,
  ...answerChecks,
  ...cookieChecks,
  ...expiryChecks,
  ...serverCodeChecks,
  ...writerChecks,
  ...originChecks,
  ...malformedChecks,
]
