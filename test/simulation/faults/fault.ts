// What a planted fault is and how it names the rule that it breaks. The lists of faults use it; it imports nothing of src/ at run time.
import type { Mode } from '../script.ts'

/** A rule, by the name of the export that states it, with the faulty function that takes its place. */
export interface BrokenRule {
  readonly rule: string
  readonly replace: (rule: unknown) => unknown
}

/** One change of the code's text, for a rule that no export states. */
export interface Patch {
  /** From the root of the project. */
  readonly file: string
  /** What is replaced: it must be there, once. */
  readonly from: string
  readonly to: string
}

/** A way to break the code, which the simulation has to find. */
export interface PlantedFault {
  readonly title: string
  readonly breaks?: readonly BrokenRule[]
  readonly patches?: readonly Patch[]
  /** @default 'normal' */
  readonly mode?: Mode
  /** Which broken invariants count, as a regular expression. @default every one */
  readonly only?: string
}

/**
 * Names the rules of one module. The compiler checks that the rule is an export of the module and that the faulty function has its type,
 * so a rule that is renamed or changed takes its faults along, wherever its file moves.
 *
 * @example
 * const record = rulesOf<typeof import('../../../src/server/record.ts')>()
 * record('versionOf', (versionOf) => (subject) => versionOf(subject).split('-')[0])
 */
export function rulesOf<Module>(): <Name extends keyof Module & string>(
  rule: Name,
  replace: (rule: Module[Name]) => Module[Name],
) => BrokenRule {
  return (rule, replace) => ({ rule, replace: replace as BrokenRule['replace'] })
}
