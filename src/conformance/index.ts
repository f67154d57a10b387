// The public names of `sojourn/conformance`.
export type { ConformanceCheck, ConformanceResult } from './check.ts'
export { conformanceChecks } from './checks.ts'
export type { ControlEvent } from './control.ts'
export { ConformanceFailure } from './failure.ts'
export type { ConformanceOptions } from './options.ts'
export { type ConformanceOutcome, type ConformanceReport, runConformance } from './run.ts'
