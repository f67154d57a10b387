// Reports changes of the view that someone else caused. Never reports this page's own writes.
import type { SessionSnapshot } from 'sojourn'
import type { Reports } from '../reports.ts'
import type { Session } from '../session.ts'
import { count, listOf } from './words.ts'

type Values = ReturnType<Session['getSnapshot']>['values']
type Key = keyof Values & string

/** Why the view changes: by what a read or an acknowledgement brought, or by something that is reported elsewhere. */
export type Cause = 'read' | 'acknowledged' | 'other'

/** Tells what changed in the view and by whom. */
export interface ChangeTeller {
  /** What happens from here to the end of this task is the server's doing. */
  explain(by: Cause): void
}

/** Creates a teller of changes and begins to listen. */
export function createChangeTeller(session: Session, { publish }: Pick<Reports, 'publish'>): ChangeTeller {
  let { values, identity } = session.getSnapshot()
  let pending = session.pending.length
  let cause: Cause | undefined
  let written: string[] = []

  function tellWritten(): void {
    if (written.length === 0) return
    const names = listOf(written)
    written = []
    const waiting = count(session.pending.length, 'write')
    publish({
      text: `You changed ${names}. Both halves show it at once; ${waiting} in the log.`,
      mark: { kind: 'write', label: names.split(/,| and /)[0] ?? names },
    })
  }

  /** Several writes of one tick are reported together, because they go in one commit. */
  function noteWritten(keys: readonly string[]): void {
    if (written.length === 0) queueMicrotask(tellWritten)
    written.push(...keys)
  }

  /** Later, since what was found may turn out to be the end of the session, which is reported by itself. */
  function tellFound(keys: readonly string[]): void {
    if (cause === 'read') publish({ text: `This page refetched and found a new ${listOf(keys)}.`, tone: 'good' })
  }

  session.listen((next: SessionSnapshot<Values>) => {
    const changed = (Object.keys(next.values) as Key[]).filter((key) => next.values[key] !== values[key])
    if (next.identity !== identity && cause === undefined) {
      publish({
        text: next.identity ? `Another tab has logged in as ${next.identity}.` : 'Another tab has logged out.',
        tone: 'good',
        mark: { kind: 'tab', label: 'tab' },
      })
    }
    identity = next.identity
    const entries = session.pending
    const added = entries.slice(pending)
    const hasShrunk = entries.length < pending
    values = next.values
    pending = entries.length
    if (added.length > 0) return noteWritten(added.flatMap(({ kind, keys }) => (keys.length > 0 ? keys : [kind])))
    if (changed.length === 0) return
    if (cause === 'acknowledged')
      return publish({ text: `The same response brought a new ${listOf(changed)}, which somebody else had changed.`, tone: 'good' })
    if (hasShrunk || cause === 'other') return
    // A set of a key that waits already is taken into the one that waits.
    if (changed.some((key) => session.key(key).getState().pending > 0)) return noteWritten(changed)
    if (cause === 'read') return queueMicrotask(() => tellFound(changed))
    const text = `Another tab changed ${listOf(changed)} and told this one what the server answered. No request was needed.`
    publish({ text, tone: 'good', mark: { kind: 'tab', label: 'tab' } })
  })

  return {
    explain(by) {
      cause = by
      setTimeout(() => {
        cause = undefined
      })
    },
  }
}
