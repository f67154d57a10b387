// Judges each state that a server stored: by the model, by what the commit held, and by what its author may change. world.ts passes every
// write on.
import type { Stored } from './event-log.ts'
import { judgeStored, type Orders, type Reach } from './judge-stored.ts'
import type { Held } from './ledger.ts'
import { judgeHidden, viewOf } from './lists/judge.ts'
import type { Lists } from './lists/plan.ts'
import { isSame, withoutEdits } from './model.ts'
import type { Tab } from './parts.ts'
import { hasEdits, type Mode } from './script.ts'

/** What the judge looks at. */
export interface WriteJudgeParts {
  readonly mode: Mode
  readonly lists: Lists
  readonly tabs: ReadonlyMap<string, Tab>
  readonly orders: Orders
  readonly reach: Reach
  /** Returns what is wrong with a state that server code stored. */
  readonly judgeServerCode: (stored: Stored) => string[]
}

/** Judges stored states. */
export interface WriteJudge {
  /** Returns what the commit of a state held; undefined if no client sent it. */
  heldBy(stored: Stored): Held | undefined
  /** Returns what is wrong with a state. */
  judge(stored: Stored): string[]
}

/** What the model judges of a state: without the keys that edits/ judges. */
const withoutEditKeys = (stored: Stored): Stored => ({
  ...stored,
  data: withoutEdits(stored.data),
  before: stored.before && { ...stored.before, data: withoutEdits(stored.before.data) },
})

/** Creates the judge of a history. */
export function createWriteJudge({ mode, lists, tabs, orders, reach, judgeServerCode }: WriteJudgeParts): WriteJudge {
  function heldBy({ by }: Stored): Held | undefined {
    if (by) for (const { ledger } of tabs.values()) if (ledger.heldBy(by.client, by.n)) return ledger.heldBy(by.client, by.n)
  }

  function judgeEdits(stored: Stored, { members }: Held): string[] {
    const entries = members.flatMap((one) => one.entries)
    const tab = tabs.get(entries[0]?.tab ?? '')
    return tab ? tab.edits.judgeStored(stored, entries) : []
  }

  function judgeCommit(stored: Stored, { client, n }: NonNullable<Stored['by']>): string[] {
    if (client.startsWith('foreign')) return isSame(stored.before?.data ?? {}, stored.data) ? [] : ['serial: a foreign touch changed data']
    const hidden = judgeHidden(stored, lists)
    if (client.startsWith('hostile')) return [...hidden, `private: the commit ${client}/${n} of an attack is stored`]
    const held = heldBy(stored)
    if (!held) return [`once: commit ${client}/${n} was never sent`]
    const judged = judgeStored(hasEdits(mode) ? withoutEditKeys(stored) : viewOf(stored, lists), held, orders, reach)
    return [...hidden, ...judged, ...(hasEdits(mode) ? judgeEdits(stored, held) : [])]
  }

  return {
    heldBy,
    judge(stored) {
      const { by, before, identity } = stored
      const isOther = before !== undefined && before.identity !== null && identity !== before.identity
      const faults = isOther ? [`lineage: the session of ${before.identity} becomes that of ${identity}`] : []
      return [...faults, ...(by ? judgeCommit(stored, by) : judgeServerCode(stored))]
    },
  }
}
