// Judges whether a stored session agrees with the writes of its tabs. Shares no code with src.
import type { JsonObject } from '../../src/protocol/json.ts'
import type { Write } from './writer.ts'

/** What the tabs of one visitor have written, by the name of the tab. */
export type Ledger = ReadonlyMap<string, readonly Write[]>

/** What the writes of one kind say must be stored. */
interface Claims {
  readonly acknowledged: readonly string[]
  /** Rejected, and said not to be stored. */
  readonly refused: readonly string[]
  /** Rejected, and nobody knows. */
  readonly unknown: readonly string[]
}

/** What the writes say must be stored, taken at one moment. */
export interface Expected {
  readonly count: Claims
  readonly list: Claims
  readonly order: Claims
  /** What each tab set its leaf to last, and whether nothing else can be there. */
  readonly leaves: readonly { readonly tab: string; readonly number: number; readonly isCertain: boolean }[]
  /** What transactions were told about their place in `order`. */
  readonly places: readonly (readonly [id: string, place: unknown])[]
}

interface Stored {
  readonly count?: number
  readonly list?: readonly string[]
  readonly total?: number
  readonly order?: readonly string[]
  readonly tabs?: Readonly<Record<string, number>>
}

/** Notes what was acknowledged and what was refused until now: a read that leaves from here on must show it. */
export function expectOf(ledger: Ledger): Expected {
  const all = [...ledger.values()].flat()
  function claimsOf(kind: Write['kind']): Claims {
    const pick = (test: (write: Write) => boolean): string[] =>
      all.filter((write) => write.kind === kind && test(write)).map(({ id }) => id)
    return {
      acknowledged: pick(({ status }) => status === 'acknowledged'),
      refused: pick(({ status, isFateUnknown }) => status === 'rejected' && !isFateUnknown),
      unknown: pick(({ isFateUnknown }) => isFateUnknown === true),
    }
  }
  const leaves = [...ledger].map(([tab, writes]) => {
    const own = writes.filter(({ kind }) => kind === 'tabs')
    const number = own.findLast(({ status }) => status === 'acknowledged')?.number ?? 0
    return { tab, number, isCertain: own.every(({ isFateUnknown }) => !isFateUnknown) }
  })
  const places = all.flatMap(({ kind, result, id }) => (kind === 'order' && result !== undefined ? [[id, result] as const] : []))
  return { count: claimsOf('count'), list: claimsOf('list'), order: claimsOf('order'), leaves, places }
}

/** Says what is wrong with a stored list of ids. */
function judgeIds(stored: readonly string[], { acknowledged, refused }: Claims, asked: ReadonlySet<string>): string[] {
  const known = new Set(stored)
  return [
    ...acknowledged.filter((id) => !known.has(id)).map((id) => `lost: ${id} was acknowledged`),
    ...refused.filter((id) => known.has(id)).map((id) => `refused: ${id} was rejected and is stored`),
    ...[...known].filter((id) => !asked.has(id)).map((id) => `apart: ${id} is not of this visitor`),
    ...stored.filter((id, index) => stored.indexOf(id) < index).map((id) => `twice: ${id}`),
  ]
}

/** Says what is wrong with stored data: writes that are lost, stored twice, refused and there all the same, or another visitor's. */
export function judge(data: JsonObject, expected: Expected, ledger: Ledger): string[] {
  const { count = 0, list = [], total = 0, order = [], tabs = {} } = data as Stored
  const all = [...ledger.values()].flat()
  const asked = new Set(all.map(({ id }) => id))
  const { acknowledged, refused } = expected.count
  const counted = all.filter(({ kind }) => kind === 'count').length - refused.length
  const faults = [...judgeIds(list, expected.list, asked), ...judgeIds(order, expected.order, asked)]
  if (count < acknowledged.length) faults.push(`lost: the count is ${count}, ${acknowledged.length} were acknowledged`)
  if (count > counted) faults.push(`twice: the count is ${count}, ${counted} were asked for`)
  if (total !== order.length) faults.push(`atomic: the total is ${total}, ${order.length} are in order`)
  const misplaced = expected.places.filter(([id, place]) => order[Number(place) - 1] !== id)
  const undone = expected.leaves.filter(({ tab, number }) => (tabs[tab] ?? 0) < number)
  return [
    ...faults,
    ...misplaced.map(([id, place]) => `serial: ${id} was acknowledged as number ${place}`),
    ...undone.map(({ tab, number }) => `lost: ${tab} set its leaf to ${number}, stored is ${tabs[tab]}`),
  ]
}

/** Says what is wrong when every write has settled: nothing is left that could be stored or not. */
export function judgeEnd(data: JsonObject, { count: { acknowledged, unknown }, leaves }: Expected): string[] {
  const { count = 0, tabs = {} } = data as Stored
  const most = acknowledged.length + unknown.length
  const strange = leaves.filter(({ tab, number, isCertain }) => isCertain && (tabs[tab] ?? 0) !== number)
  return [
    ...(count > most ? [`twice: the count is ${count}, ${most} were acknowledged or are unknown`] : []),
    ...strange.map(({ tab, number }) => `refused: ${tab} set its leaf to ${number} last, stored is ${tabs[tab]}`),
  ]
}
