// What a set may make of a stored value, leaf by leaf and item by item. Pure; judge.ts calls it with what the event log has. Weaker than
// docs and src/ on purpose: it names what must and must not be, and leaves open what depends on the order of rebases.
import { isSame } from '../model.ts'
import type { Kind, Plain, PlainObject } from './keys.ts'

/** A set, and the states between its call and its commit. */
export interface Written {
  readonly kind: Kind
  /** What identifies an item. @default its `id` */
  readonly idOf?: ((item: PlainObject) => string) | undefined
  /** What its tab started from: its base, what was shown, and what its own commits have stored since. */
  readonly from: readonly Plain[]
  readonly mine: Plain
  /** Whether a set of what was shown before the load is in it: a choice, which stands. */
  readonly isChoice?: boolean
  /** What the server had before the commit, and has after it. */
  readonly before: Plain
  readonly after: Plain
  /** What the server held since the call, `before` included. */
  readonly held: readonly Plain[]
}

/** What is wrong with a stored set. */
export interface Verdict {
  readonly faults: readonly string[]
  /** Whether a leaf that somebody else changed was overwritten, which an event has to tell. */
  readonly isOverwritten: boolean
}

const none: Verdict = { faults: [], isOverwritten: false }
const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing'

function judgeLeaf({ from, mine, before, after, held, isChoice = false }: Omit<Written, 'kind'>, name: string): Verdict {
  const isMine = isSame(after, mine)
  if (!isMine && !isSame(after, before)) return { ...none, faults: [`${name} becomes ${show(after)}, which nobody wrote`] }
  const isEdited = !from.some((one) => isSame(one, mine))
  const isKept = from.every((one) => isSame(one, mine))
  // Somebody else may have written the same, and then something else.
  const isAgreed = held.some((one) => isSame(one, mine))
  if (isEdited && !isMine && !isAgreed) return { ...none, faults: [`${name} was set to ${show(mine)}, stored is ${show(after)}`] }
  if (isKept && isMine && !isChoice && !isSame(before, mine))
    return { ...none, faults: [`${name} was left at ${show(mine)}, and overwrites ${show(before)}`] }
  const isOverwritten = isEdited && isMine && !isSame(before, mine) && !from.some((one) => isSame(one, before))
  return { faults: [], isOverwritten }
}

const join = (verdicts: readonly Verdict[]): Verdict => ({
  faults: verdicts.flatMap(({ faults }) => faults),
  isOverwritten: verdicts.some(({ isOverwritten }) => isOverwritten),
})

const isObject = (value: Plain): value is PlainObject => typeof value === 'object' && !Array.isArray(value)
const member = (value: Plain, name: string): Plain => (isObject(value) ? value[name] : undefined)

function judgeObject(written: Omit<Written, 'kind'>, name: string): Verdict {
  const { from, mine, before, after, held, isChoice = false } = written
  if (!isObject(mine) || !isObject(before) || !isObject(after)) return judgeLeaf(written, name)
  const names = new Set([mine, before, after, ...from].flatMap((one) => (isObject(one) ? Object.keys(one) : [])))
  const of = (one: Plain, leaf: string): Plain => member(one, leaf)
  return join(
    [...names].map((leaf) =>
      judgeLeaf(
        {
          isChoice,
          from: from.map((one) => of(one, leaf)),
          mine: of(mine, leaf),
          before: of(before, leaf),
          after: of(after, leaf),
          held: held.map((one) => of(one, leaf)),
        },
        `${name}.${leaf}`,
      ),
    ),
  )
}

const list = (value: Plain): readonly Plain[] => (Array.isArray(value) ? value : [])
type IdOf = (item: PlainObject) => string
const byId: IdOf = ({ id }) => String(id)
const idsOf = (value: Plain, idOf: IdOf): string[] => list(value).map((item) => idOf(item as PlainObject))
const find = (value: Plain, id: string, idOf: IdOf): Plain => list(value).find((item) => idOf(item as PlainObject) === id)

function judgeItem(written: Omit<Written, 'kind'>, id: string): Verdict {
  const { from, mine, before, after, held, isChoice } = written
  const name = `item ${id}`
  if (mine !== undefined && before !== undefined && after !== undefined) return judgeObject(written, name)
  const isAdded = mine !== undefined && from.every((one) => one === undefined)
  if (isAdded && after === undefined && held.every((one) => one === undefined))
    return { ...none, faults: [`${name} was added, and is not stored`] }
  const isTheirs = !isChoice && mine === undefined && from.every((one) => one === undefined)
  if (isTheirs && before !== undefined && after === undefined) return { ...none, faults: [`${name} is lost, which the tab never saw`] }
  // Removed by us, and left as it was by the others.
  const isRemoved = mine === undefined && from.every((one) => one !== undefined && isSame(one, before))
  if (isRemoved && after !== undefined && held.every((one) => isSame(one, before)))
    return { ...none, faults: [`${name} was removed, and is stored`] }
  if (after !== undefined && mine === undefined && before === undefined) return { ...none, faults: [`${name} comes from nowhere`] }
  // Removed by the others, and left as it was by us.
  const isGone = mine !== undefined && before === undefined && from.every((one) => isSame(one, mine))
  if (isGone && after !== undefined) return { ...none, faults: [`${name} was removed by somebody else, and comes back`] }
  return none
}

function judgeIds(written: Omit<Written, 'kind'>): Verdict {
  const { from, mine, before, after, held, isChoice = false, idOf = byId } = written
  const ids = new Set([mine, before, after, ...from].flatMap((one) => idsOf(one, idOf)))
  const twice = list(after).length - new Set(idsOf(after, idOf)).size
  const verdict = join(
    [...ids].map((id) =>
      judgeItem(
        {
          isChoice,
          from: from.map((one) => find(one, id, idOf)),
          mine: find(mine, id, idOf),
          before: find(before, id, idOf),
          after: find(after, id, idOf),
          held: held.map((one) => find(one, id, idOf)),
        },
        id,
      ),
    ),
  )
  return twice > 0 ? { ...verdict, faults: [...verdict.faults, `an id stands twice in ${show(after)}`] } : verdict
}

/** Items without ids: only what was added by either side, and what comes from nowhere, is judged. */
function judgeItems({ from, mine, before, after, held, isChoice }: Omit<Written, 'kind'>): Verdict {
  const has = (value: Plain, item: Plain): boolean => list(value).some((one) => isSame(one, item))
  const strange = list(after).filter((item) => !has(mine, item) && !has(before, item))
  if (strange.length > 0) return { ...none, faults: [`${show(strange)} comes from nowhere`] }
  if (isChoice) return none
  // Lists of one length may be rows of places, where an item of ours overwrites one of theirs.
  if (held.some((one) => list(one).length === list(mine).length)) return none
  const added = list(mine).filter((item) => !from.some((one) => has(one, item)) && !held.some((one) => has(one, item)))
  const theirs = list(before).filter((item) => !from.some((one) => has(one, item)))
  const lost = [...added, ...theirs].filter((item) => !has(after, item))
  return lost.length > 0 ? { ...none, faults: [`${show(lost)} is lost`] } : none
}

/** Judges what a set has made of the value before. */
export function judgeSet({ kind, ...written }: Written, key: string): Verdict {
  // A set of a leaf to what is shown is a choice, and stands.
  if (kind === 'leaf') return judgeLeaf({ ...written, isChoice: true }, key)
  if (kind === 'object') return judgeObject(written, key)
  if (kind === 'ids') return judgeIds(written)
  if (kind === 'items') return judgeItems(written)
  const isQuiet = [...written.from, ...written.held].every((one) => isSame(one, written.before))
  return isQuiet && !isSame(written.after, written.mine)
    ? { ...none, faults: [`${key} was set to ${show(written.mine)}, stored is ${show(written.after)}`] }
    : none
}

/** Whether a set changes nothing in a state: all that it changed of what its tab started from is there. */
export function changesNothing(
  { kind, from, mine, idOf = byId }: Pick<Written, 'kind' | 'from' | 'mine' | 'idOf'>,
  state: Plain,
  isStored: boolean,
): boolean {
  if (isStored && isSame(state, mine)) return true
  // What was left as it was shown is no choice, unless it is a leaf.
  if (kind === 'leaf') return false
  // Members of two shapes of a union do not merge: what is left of them is not judged.
  if (kind === 'whole' && !from.some((one) => isSame(one, state))) return true
  if (!isStored && !from.some((one) => isSame(one, mine))) return false
  if (kind === 'object' || kind === 'whole') {
    const names = new Set([mine, state].flatMap((one) => Object.keys((one ?? {}) as object)))
    return [...names].every(
      (name) => isSame(member(mine, name), member(state, name)) || from.some((one) => isSame(member(one, name), member(mine, name))),
    )
  }
  const same = kind === 'ids' ? (a: Plain, b: Plain) => idOf(a as PlainObject) === idOf(b as PlainObject) : isSame
  const has = (value: Plain, item: Plain): boolean => list(value).some((one) => same(one, item))
  const isThere = list(mine).every((item) => has(state, item) || from.some((one) => has(one, item)))
  // What we removed and the others changed stays.
  const isLeft = (item: Plain): boolean => list(state).some((one) => same(one, item) && isSame(one, item))
  return isThere && from.some((one) => list(one).every((item) => has(mine, item) || !isLeft(item)))
}
