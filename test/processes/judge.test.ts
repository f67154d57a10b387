// Holds that the judge of the kill rounds accepts what may happen and finds what may not.
import { describe, expect, test } from 'vitest'
import { expectOf, judge, judgeEnd } from './judge.ts'
import type { Write } from './writer.ts'

const acknowledged = (kind: Write['kind'], number: number, result?: unknown): Write => ({
  kind,
  id: `A-${number}`,
  number,
  status: 'acknowledged',
  result,
})
const rejected = (kind: Write['kind'], number: number, isFateUnknown: boolean): Write => ({
  kind,
  id: `A-${number}`,
  number,
  status: 'rejected',
  error: 'ended',
  isFateUnknown,
})

const writes: Write[] = [
  acknowledged('count', 1),
  acknowledged('list', 2),
  rejected('list', 3, false),
  rejected('list', 4, true),
  acknowledged('order', 5, 1),
  acknowledged('tabs', 6),
  rejected('count', 7, false),
]
const ledger = new Map([['A', writes]])
const good = { count: 1, list: ['A-2'], total: 1, order: ['A-5'], tabs: { A: 6 } }
const faultsOf = (change: object): string[] => judge({ ...good, ...change }, expectOf(ledger), ledger)

describe('the judge of the process tests', () => {
  test('has nothing to say where every acknowledged write is stored once, an unknown one or not', () => {
    expect(faultsOf({})).toEqual([])
    expect(faultsOf({ list: ['A-4', 'A-2'] })).toEqual([])
    expect(judgeEnd(good, expectOf(ledger))).toEqual([])
  })

  test.each([
    ['lost', { list: [] }],
    ['lost', { count: 0 }],
    ['lost', { tabs: { A: 5 } }],
    ['twice', { list: ['A-2', 'A-2'] }],
    ['twice', { count: 2 }],
    ['refused', { list: ['A-2', 'A-3'] }],
    ['apart', { list: ['A-2', 'B-1'] }],
    ['atomic', { total: 2 }],
    ['serial', { order: ['A-4', 'A-5'], total: 2 }],
  ])('finds what is %s in %j', (fault, change) => {
    expect(faultsOf(change).map((text) => text.split(':')[0])).toContain(fault)
  })

  test('finds at the end what is counted or set beyond what was acknowledged', () => {
    const pending = new Map([['A', [...writes, { ...acknowledged('count', 8), status: 'pending' as const }]]])
    expect(judge({ ...good, count: 2 }, expectOf(pending), pending)).toEqual([])
    expect(judgeEnd({ ...good, count: 2 }, expectOf(pending))).toHaveLength(1)
    expect(judgeEnd({ ...good, tabs: { A: 9 } }, expectOf(ledger))).toHaveLength(1)
  })
})
