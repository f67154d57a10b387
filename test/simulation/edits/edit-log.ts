// Keeps the edits of one tab with what it knew when it made them, and judges what became of them. tab.ts and world.ts call it.
import type { Stored } from '../event-log.ts'
import type { Base, Entry } from '../ledger.ts'
import { isSame } from '../model.ts'
import { judgeFields } from './judge-fields.ts'
import { type Key, keyRules, type Plain, readStored } from './keys.ts'
import { changesNothing, judgeSet, type Written } from './merge-rules.ts'
import { pathsOf } from './reference-merge.ts'

/** A call of the app on a key of mode `edits`. */
export interface Edit {
  readonly id: string
  readonly key: Key
  /** What a set writes; undefined deletes. */
  readonly value?: Plain
  /** The function of an update, on a value without classes; it may run on any. */
  readonly change?: ((value: Plain) => Plain) | undefined
}

interface Known extends Edit {
  readonly at: number
  /** Its place among the calls and rejections of its tab. */
  readonly order: number
  /** Undefined before the first load. */
  readonly base: Base | undefined
  readonly shown: Plain
  /** How many requests its tab had sent before. */
  readonly requests: number
}

/** What the log asks of its surroundings. */
export interface EditParts {
  readonly tab: string
  readonly now: () => number
  readonly base: () => Base | undefined
  readonly versions: ReadonlyMap<string, Stored>
  readonly lineages: ReadonlyMap<string, Stored>
  readonly requests: () => number
  /** The number of the last request that brought a response which says what the server has. */
  readonly answered: () => number
}

export interface EditLog {
  /** Notes a call that is about to be made. */
  add(edit: Edit, shown: Plain): void
  /** The client has a base. */
  noteBase(base: Base): void
  /** A call was rejected. */
  noteRejected(id: string): void
  /** The client raised `conflict` for a key. */
  noteConflict(key: string): void
  /** What is wrong with a commit that stores these calls. */
  judgeStored(stored: Stored, entries: readonly Entry[]): string[]
  /** What is wrong with calls that were acknowledged together, and that no commit has stored. */
  judgeUnstored(entries: readonly Entry[]): string[]
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing'

const tabOf = ({ by }: Stored): string | undefined => by?.client.split('-')[0]

export function createEditLog(parts: EditParts): EditLog {
  const edits = new Map<string, Known>()
  const conflicts: { readonly key: string; readonly at: number }[] = []
  /** The rejected calls, with the place of the rejection among calls and rejections. */
  const rejections = new Map<string, number>()
  let order = 0
  /** The first base that calls met which were made before it. */
  const firstBases = new Map<string, Base>()
  let early: string[] = []
  const known = (entries: readonly Entry[]): Known[] => entries.flatMap(({ id }) => edits.get(id) ?? [])

  /** Whether a call was made while one of the same key was pending that was rejected then: what was shown never was. */
  const isBehindRejected = (edit: Known): boolean =>
    [...edits.values()].some(({ key, order, id }) => key === edit.key && order < edit.order && (rejections.get(id) ?? -1) > edit.order)

  /** What the circumstances of some calls were, for who reads a fault. */
  function contextOf(writes: readonly Known[]): string {
    const first = writes[0] as Known
    const start = !first.base ? ' before the first load' : first.base.data[first.key] === undefined ? ' from the default' : ''
    return `${start}${writes.some(isBehindRejected) ? ' behind a rejected write' : ''}`
  }

  /** The states of a lineage that the server held since a call, the newest first; `undefined` for none. */
  function heldSince({ base, at }: Known, last: Stored | undefined): (Stored | undefined)[] {
    const held: (Stored | undefined)[] = []
    const isOld = (stored: Stored): boolean => (base?.lineage === stored.lineage ? stored.version === base.version : false)
    let stored = last
    for (; stored; stored = stored.before) {
      held.push(stored)
      if (isOld(stored) || (!base && stored.at < at)) return held
    }
    held.push(undefined)
    return held
  }

  /**
   * What a tab started from: its base, what it showed, and what its own commits have stored since. What a rejected write showed is no
   * start: a write behind it is whole, and all that it does not share with the base is its own.
   */
  function startsOf(edit: Known, held: readonly (Stored | undefined)[]): Plain[] {
    const { key, base, shown } = edit
    const own = held.flatMap((stored) => (stored && tabOf(stored) === parts.tab ? [readStored(key, stored.data[key])] : []))
    return [readStored(key, base?.data[key]), ...(isBehindRejected(edit) ? [] : [shown]), ...own]
  }

  /**
   * Judges a single set on a loaded base by a second merge, exactly: the client has seen the states that the server held since, or some of
   * them. Passes over what starts from pending writes, and over what others deleted.
   */
  function judgeByTheBook(edit: Known, held: readonly (Stored | undefined)[], after: Plain, isTold: boolean): string[] {
    const { key, base, shown, value, id } = edit
    const { book } = keyRules[key]
    const [first, ...rest] = held.toReversed()
    const isOwn = rest.some((one) => one && tabOf(one) === parts.tab && !isSame(one.data[key], one.before?.data[key]))
    const states = [first, ...rest].map((one) => readStored(key, one?.data[key]))
    const isDeleted = rest.some((one) => one?.data[key] === undefined)
    if (!book || !base || value === undefined || held.length === 0 || isOwn || isDeleted || isBehindRejected(edit)) return []
    if (!isSame(states[0], shown)) return []
    const moves = states.filter((state, at) => at === 0 || !isSame(state, states[at - 1]))
    if (moves.length > 5) return []
    const paths = pathsOf(value, moves, book)
    if (!paths.some((path) => isSame(path.value, after)))
      return [
        `book: ${id} sets ${key} to ${show(value)} over ${show(moves)}, stored is ${show(after)}, by the book ${show(paths[0]?.value)}`,
      ]
    if (!isTold && paths.every(({ isLost }) => isLost)) return [`untold: ${id} loses a change of ${key}, and no event tells`]
    const isAlone = [...edits.values()].filter((other) => other.key === key).length === 1
    return isTold && isAlone && !paths.some(({ isLost }) => isLost)
      ? [`told: ${id} loses no change of ${key}, and an event tells of one`]
      : []
  }

  function judgeWrites(key: Key, writes: readonly Known[], stored: Stored): string[] {
    const first = writes[0] as Known
    const last = writes.at(-1) as Known
    const { before, data } = stored
    const after = readStored(key, data[key])
    if (writes.every(({ change }) => change)) {
      const expected = writes.reduce<Plain>((value, { change }) => change?.(value), readStored(key, before?.data[key]))
      return isSame(after, expected)
        ? []
        : [`serial: ${last.id} should give ${JSON.stringify(expected)}, stored is ${JSON.stringify(after)}`]
    }
    // What a function makes of a set before it, or a set of what a function made, is judged by the other rules alone.
    if (writes.some(({ change }) => change)) return []
    const held = heldSince(first, before)
    const values = held.map((state) => readStored(key, state?.data[key]))
    if (last.value === undefined) {
      const isAgreed = held.some((state) => state?.data[key] === undefined)
      return data[key] === undefined || isAgreed ? [] : [`leaf: ${last.id} deletes ${key}, stored is ${JSON.stringify(data[key])}`]
    }
    const { fallback, idOf } = keyRules[key]
    // If others deleted the key the value is a leaf as a whole.
    const isStored = held.map((state) => state?.data[key] !== undefined)
    const isDeleted = isStored.some((is, at) => !is && isStored.includes(true, at))
    const kind = isDeleted && keyRules[key].kind !== 'leaf' ? 'whole' : keyRules[key].kind
    const isEarlyChoice = !last.base && isSame(last.value, fallback)
    // On a first state without the key it is an ordinary write from then on.
    const isMet = firstBases.get(first.id)?.data[key] !== undefined
    if (isEarlyChoice && isMet && !isSame(after, last.value))
      return [`leaf: ${last.id} chooses the default of ${key}, stored is ${JSON.stringify(after)}`]
    const from = writes.flatMap((one) => startsOf(one, held))
    const isChoice = writes.some(({ base, value }) => value === undefined || (!base && isSame(value, fallback)))
    const written: Written = {
      kind,
      idOf,
      isChoice,
      from,
      mine: last.value,
      before: readStored(key, before?.data[key]),
      after,
      held: values,
    }
    const { faults, isOverwritten } = isEarlyChoice ? { faults: [], isOverwritten: false } : judgeSet(written, key)
    const isTold = conflicts.some((one) => one.key === key && one.at >= first.at)
    return [
      ...judgeByTheBook(first, writes.length === 1 ? held : [], after, isTold),
      ...faults.map((fault) => `leaf: ${fault}, by ${last.id}${contextOf(writes)}`),
      ...(isOverwritten && !isTold
        ? [`untold: ${last.id} overwrites what somebody else stored in ${key}, and no event tells${contextOf(writes)}`]
        : []),
    ]
  }

  function judgeStored(stored: Stored, entries: readonly Entry[]): string[] {
    const byKey = Map.groupBy(known(entries), ({ key }) => key)
    const names = new Set([...Object.keys(stored.data), ...Object.keys(stored.before?.data ?? {})])
    const faults = [...names].flatMap((name) => {
      const isWritten = name === 'n' || name === 'x' || byKey.has(name as Key)
      return isWritten || isSame(stored.data[name], stored.before?.data[name]) ? [] : [`serial: ${name} is changed, and nobody wrote it`]
    })
    for (const [key, writes] of byKey) faults.push(...judgeWrites(key, writes, stored), ...judgeFields(key, writes, stored))
    return faults
  }

  function judgeUnstored(entries: readonly Entry[]): string[] {
    const faults: string[] = []
    const lineage = parts.base()?.lineage
    for (const [key, writes] of Map.groupBy(known(entries), (edit) => edit.key)) {
      const last = writes.at(-1) as Known
      if (parts.answered() <= last.requests) faults.push(`unasked: ${last.id} is acknowledged, and no request has left since`)
      const held = heldSince(writes[0] as Known, typeof lineage === 'string' ? parts.lineages.get(lineage) : undefined)
      const from = writes.flatMap((one) => startsOf(one, held))
      const isStale = !held.some((stored) => {
        const state = readStored(key, stored?.data[key])
        const isStored = stored?.data[key] !== undefined
        if (writes.every(({ change }) => change))
          return isSame(
            writes.reduce<Plain>((value, { change }) => change?.(value), state),
            state,
          )
        if (last.change) return true
        if (last.value === undefined) return !isStored
        return changesNothing({ kind: keyRules[key].kind, idOf: keyRules[key].idOf, from, mine: last.value }, state, isStored)
      })
      if (isStale)
        faults.push(`stale: ${last.id} (${key}) is acknowledged, no commit stored it, and the server never had it${contextOf(writes)}`)
    }
    return faults
  }

  return {
    add(edit, shown) {
      const base = parts.base()
      edits.set(edit.id, { ...edit, shown, at: parts.now(), order: ++order, base, requests: parts.requests() })
      if (!base) early.push(edit.id)
    },
    noteBase(base) {
      for (const id of early) firstBases.set(id, base)
      early = []
    },
    noteRejected: (id) => void rejections.set(id, ++order),
    noteConflict: (key) => void conflicts.push({ key, at: parts.now() }),
    judgeStored,
    judgeUnstored,
  }
}
