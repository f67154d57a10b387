// Ticks off the suggestions that the visitor has tried.
import type { Session } from '../session.ts'

/** Ticks off what the visitor has tried. */
export function tickSteps(session: Session): void {
  const tick = (step: string): void => document.querySelector(`[data-step="${step}"]`)?.classList.add('is-done')
  session.on('exchange', ({ kind, outcome, attempt }) => {
    if (kind !== 'commit') return
    if (outcome === 'acknowledged') tick('commit')
    if (outcome === 'conflict') tick('conflict')
    if (outcome === 'acknowledged' && attempt > 1) tick('again')
  })
}
