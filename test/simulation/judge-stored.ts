// Judges every stored state by the model.
import type { Stored } from './event-log.ts'
import type { Entry, Held } from './ledger.ts'
import { apply, type Data, isSame, put } from './model.ts'

/** What each lineage was last given by each tab, to hold the order. */
export type Orders = Map<string, number>

/** Who has the cookies of sessions. */
export interface Reach {
  /** Whether a browser has that of a session. */
  isReached(lineage: string): boolean
  /** Whether the browser of a tab has it still. One that a page of other code gave another session cannot be asked. */
  keeps(tab: string, lineage: string): boolean
  /** Whether a tab has nothing to do, and has had the time to shut copies out of what was refused. */
  isIdleSince(tab: string, at: number | undefined): boolean
}

/** What a commit that holds these calls makes of the state before, by the model; undefined where a function would throw. */
function toExpected(before: Data, { members, base }: Held): Data | undefined {
  let expected: Data | undefined = before
  for (const one of members) {
    const done: ReturnType<typeof apply> = expected ? apply(expected, one) : null
    expected = done?.next
    for (const entry of one.entries) entry.expected.push(done?.result)
  }
  // What comes out as it was on the client's base is no part of the commit.
  const net = members.reduce<Data>((from, one) => apply(from, one)?.next ?? from, base)
  for (const key of new Set([base, net, before, expected ?? {}].flatMap(Object.keys))) {
    if (expected && isSame(base[key], net[key])) expected = put(expected, key, before[key])
  }
  return expected
}

/** The server lets nobody write a read-only key: not a `clear` either, whatever the client takes it for. */
function withSpared(expected: Data | undefined, { spared = [], before }: Stored): Data | undefined {
  return expected && spared.reduce<Data>((data, key) => put(data, key, before?.data[key]), expected)
}

function judgeEntry(entry: Entry, { lineage, before, index }: Stored, { isReached, keeps, isIdleSince }: Reach): string[] {
  const faults: string[] = []
  if (entry.stored.has(lineage)) faults.push(`once: ${entry.id} is stored twice`)
  entry.stored.set(lineage, index)
  const others = [...entry.stored.keys()].filter((other) => other !== lineage && keeps(entry.tab, other))
  if (others.length > 0 && before) faults.push(`once: ${entry.id} is stored in ${others} too`)
  // What the server refused for its content is shut out by the next commit, and may be stored before that arrives.
  const isShutOut = entry.error !== 'rejected' || isIdleSince(entry.tab, entry.settledAt)
  if (entry.status === 'rejected' && !entry.isFateUnknown && isShutOut && (before || isReached(lineage))) {
    faults.push(`once: ${entry.id} was rejected (${entry.error}) and is stored`)
  }
  return faults
}

/** What is wrong with a stored commit, by the model and the calls that it holds. */
export function judgeStored(stored: Stored, held: Held, orders: Orders, reach: Reach): string[] {
  const { before, data, lineage, expiry } = stored
  const faults: string[] = []
  const entries = held.members.flatMap((one) => one.entries)
  const expected = withSpared(toExpected(before?.data ?? {}, held), stored)
  const names = held.members.map(({ call }) => call.id).join()
  if (!expected || !isSame(expected, data)) {
    faults.push(
      `serial: ${names} on ${JSON.stringify(before?.data)} should give ${JSON.stringify(expected)}, stored is ${JSON.stringify(data)}`,
    )
  }
  if (held.lineage !== null && held.lineage !== lineage) faults.push(`lineage: ${names} for ${held.lineage} is stored in ${lineage}`)
  for (const entry of entries) faults.push(...judgeEntry(entry, stored, reach))
  // Sets of one key are one, in the place of the first.
  for (const entry of held.members.flatMap((one) => one.entries.slice(0, 1))) {
    const key = `${entry.tab} ${lineage}`
    if (entry.order <= (orders.get(key) ?? -1)) faults.push(`order: ${entry.id} is stored after a later call of its tab`)
    orders.set(key, Math.max(entry.order, orders.get(key) ?? -1))
  }
  const rule = entries.findLast(({ kind }) => kind === 'expiry')
  if (!isSame(expiry, rule ? rule.expiry : (before?.expiry ?? null)))
    faults.push(`serial: ${names} leaves the expiry at ${JSON.stringify(expiry)}`)
  return faults
}
