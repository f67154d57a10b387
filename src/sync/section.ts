// Owns where this client's `exclusive` sections stand. `exclusive.ts` moves it, `plan.ts` reads it. Every function returns a new section.

/**
 * `entering`: nothing is sent, what is in flight ends, the lock is awaited. `running`: the app's function runs; reads go through.
 * `leaving`: the read after it comes first.
 */
export type SectionPhase = 'none' | 'entering' | 'running' | 'leaving'

/** Where this client's sections stand. Those that overlap share one. */
export interface Section {
  readonly phase: SectionPhase
  /** How many `exclusive` calls run or wait. No lock is re-entrant, so they are counted. */
  readonly calls: number
  /** A log-in that appears before the read after the section is answered is the app's own, however late that read comes. */
  readonly expectsIdentityChange: boolean
  /** The next read waits for nothing: it brings what the app's request left. */
  readonly readsAtOnce: boolean
}

/** Creates a client without a section. */
export function createSection(): Section {
  return { phase: 'none', calls: 0, expectsIdentityChange: false, readsAtOnce: false }
}

/** Counts a call that begins. The first one enters. */
export function callSection(section: Section): Section {
  const isEntered = section.phase === 'entering' || section.phase === 'running'
  return { ...section, calls: section.calls + 1, phase: isEntered ? section.phase : 'entering' }
}

/** The function of a call runs. */
export function runSection(section: Section): Section {
  return { ...section, phase: 'running', expectsIdentityChange: true }
}

/** Counts a call that is over. The last one leaves. */
export function returnSection(section: Section): Section {
  const calls = section.calls - 1
  return endsSection(calls) ? { ...section, calls, phase: 'leaving', readsAtOnce: true } : { ...section, calls }
}

/** Whether a section is over, with so many calls left. The end of one call must not end another. */
export function endsSection(callsLeft: number): boolean {
  return callsLeft === 0
}

/** The read after a section is over, answered or not. */
export function leaveSection(section: Section): Section {
  return endsSection(section.calls) ? { ...section, phase: 'none' } : section
}

/** A read leaves. If it fails it waits as any other. */
export function readOnce(section: Section): Section {
  return section.readsAtOnce ? { ...section, readsAtOnce: false } : section
}

/** The read after a section was answered. */
export function expectNoIdentityChange(section: Section): Section {
  return { ...section, expectsIdentityChange: false }
}
