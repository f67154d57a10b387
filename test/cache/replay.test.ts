// Holds what each operation makes of a changed base when it is replayed.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Applied, lastWrites } from '../../src/cache/mutation.ts'
import { type ConflictPolicy, isWrite, type Operation } from '../../src/cache/operation.ts'
import { replay } from '../../src/cache/replay.ts'
import { decodeStored, type Rules } from '../../src/cache/stored-value.ts'
import type { Json, JsonObject } from '../../src/protocol/json.ts'
import { compileSchema } from '../../src/schema/compile-schema.ts'
import { codec, dataOf, rules, set, update } from './fixtures.ts'

/** What an operation stores on `first`, and what it stores when it is replayed on each further state. */
function replayAll(operation: Operation, policy: ConflictPolicy, states: readonly JsonObject[]): unknown[] {
  const seen = isWrite(operation) ? { ...operation, baseValue: states[0]?.[operation.key], hasBase: true } : operation
  let last: Applied = { operation: seen, accessed: undefined }
  return states.map((state) => {
    try {
      last = replay(dataOf(state), last.operation, rules(policy), last.accessed)
      return Object.fromEntries(lastWrites([last]))
    } catch (error) {
      return (error as { code?: string }).code ?? (error as Error).message
    }
  })
}

const plusOne = update('count', (count: number) => count + 1)
const sum: ConflictPolicy = ({ base, mine, theirs }) => Number(base ?? 0) + Number(mine ?? 0) + Number(theirs ?? 0)

describe('replay', () => {
  test.each<[string, Operation, ConflictPolicy, JsonObject[], unknown[]]>([
    ['a set on the same data is the same', set('count', 5), 'reject', [{ count: 1 }, { count: 1 }], [{ count: 5 }, { count: 5 }]],
    [
      'a set under merge stands',
      set('count', 5),
      'merge',
      [{ count: 1 }, { count: 2 }, { count: 3 }],
      [{ count: 5 }, { count: 5 }, { count: 5 }],
    ],
    [
      'a set under theirs gives way, each time',
      set('count', 5),
      'theirs',
      [{ count: 1 }, { count: 2 }, { count: 3 }],
      [{ count: 5 }, { count: 2 }, { count: 3 }],
    ],
    [
      'a set under theirs that gave way stays given',
      set('count', 5),
      'theirs',
      [{ count: 1 }, { count: 2 }, { count: 2 }],
      [{ count: 5 }, { count: 2 }, { count: 2 }],
    ],
    ['a set under reject', set('count', 5), 'reject', [{ count: 1 }, { count: 2 }], [{ count: 5 }, 'conflict']],
    [
      'a set of what they stored too is none, under reject',
      set('count', 5),
      'reject',
      [{ count: 1 }, { count: 5 }],
      [{ count: 5 }, { count: 5 }],
    ],
    [
      'a set under a function, twice',
      set('count', 5),
      sum,
      [{ count: 1 }, { count: 2 }, { count: 3 }],
      [{ count: 5 }, { count: 8 }, { count: 13 }],
    ],
    ['a delete under merge', set('count', undefined), 'merge', [{ count: 1 }, { count: 2 }], [{ count: undefined }, { count: undefined }]],
    [
      'a delete of what they deleted, under reject',
      set('count', undefined),
      'reject',
      [{ count: 1 }, {}],
      [{ count: undefined }, { count: undefined }],
    ],
    [
      'an update under merge runs on each',
      plusOne,
      'merge',
      [{ count: 1 }, { count: 10 }, { count: 20 }],
      [{ count: 2 }, { count: 11 }, { count: 21 }],
    ],
    [
      'an update under theirs gives way and stays given',
      plusOne,
      'theirs',
      [{ count: 1 }, { count: 10 }, { count: 10 }, { count: 20 }],
      [{ count: 2 }, { count: 10 }, { count: 10 }, { count: 20 }],
    ],
    [
      'an update under a function keeps what that gave',
      plusOne,
      sum,
      [{ count: 1 }, { count: 10 }, { count: 10 }],
      [{ count: 2 }, { count: 13 }, { count: 13 }],
    ],
    [
      'an update under a function that is met again decides again',
      plusOne,
      sum,
      [{ count: 1 }, { count: 10 }, { count: 100 }],
      [{ count: 2 }, { count: 13 }, { count: 123 }],
    ],
    ['an update under reject', plusOne, 'reject', [{ count: 1 }, { count: 1 }, { count: 2 }], [{ count: 2 }, { count: 2 }, 'conflict']],
    ['an update under reject that somebody made too', plusOne, 'reject', [{ count: 1 }, { count: 2 }], [{ count: 2 }, 'conflict']],
    ['an update on what is absent now', plusOne, 'merge', [{ count: 1 }, {}], [{ count: 2 }, { count: 1 }]],
    ['an update on what the schema refuses', plusOne, 'merge', [{ count: 1 }, { count: 'many' }], [{ count: 2 }, 'invalid-value']],
    ['a set on what the schema refuses', set('count', 5), 'merge', [{ count: 'many' }, { count: 'more' }], [{ count: 5 }, { count: 5 }]],
  ])('%s', (_, operation, policy, states, expected) => {
    expect(replayAll(operation, policy, states)).toEqual(expected)
  })

  test('a clear deletes what is there at each replay', () => {
    expect(replayAll({ kind: 'clear' }, 'merge', [{ count: 1 }, { note: 'a', later: 1 }])).toEqual([
      { count: undefined },
      { note: undefined, later: undefined },
    ])
  })

  test.each(['setExpiry', 'touch', 'cycleKey'] as const)('%s touches no key and meets no conflict', (kind) => {
    expect(replayAll({ kind }, 'reject', [{ count: 1 }, { count: 2 }])).toEqual([{}, {}])
  })

  test.each<[ConflictPolicy, unknown]>([
    ['merge', { note: '10' }],
    ['mine', { note: '10' }],
    ['theirs', { note: '10' }],
    ['reject', 'conflict'],
  ])('a transaction whose read changed, under %s', (policy, expected) => {
    const operation: Operation = { kind: 'transaction', run: (tx) => tx.set('note', `${tx.get('count')}`) }
    expect(replayAll(operation, policy, [{ count: 1 }, { count: 10 }])[1]).toEqual(expected)
  })

  test('what a transaction read is what was stored before it, not what it wrote itself', () => {
    const operation: Operation = {
      kind: 'transaction',
      run: (tx) => {
        tx.set('count', 5)
        return [tx.get('count'), tx.get('note')]
      },
    }
    expect(replay(dataOf({ count: 1, note: 'a' }), operation, rules()).accessed).toMatchObject({
      reads: new Map([['note', 'a']]),
      writes: new Map([['count', 5]]),
      result: [5, 'a'],
    })
  })

  test('the first write before the load takes over nothing of what the app never saw, and keeps unknown fields', () => {
    const stored = dataOf({ profile: { name: 'a', city: 'x', later: 1 } })
    expect(replay(stored, set('profile', { name: 'b' }), rules()).operation).toMatchObject({ value: { name: 'b', later: 1 } })
  })

  test('under a function of the three values a transaction runs again, and the function has nothing to decide', () => {
    const calls: unknown[] = []
    const operation: Operation = { kind: 'transaction', run: (tx) => tx.set('note', `${tx.get('count')}`) }
    expect(replayAll(operation, (conflict) => calls.push(conflict), [{ count: 1 }, { count: 10 }])[1]).toEqual({ note: '10' })
    expect(calls).toEqual([])
  })

  test('under reject a transaction whose keys stayed as they were runs again', () => {
    const operation: Operation = { kind: 'transaction', run: (tx) => tx.set('note', `${tx.get('count')}`) }
    expect(replayAll(operation, 'reject', [{ count: 1 }, { count: 1, theme: 'dark' }])[1]).toEqual({ note: '1' })
  })

  test.each<[string, Json, Json | undefined, Json | undefined]>([
    ['fields that the schema does not know stay', { name: 'a', later: 1 }, { name: 'b' }, { name: 'b', later: 1 }],
    ['a value that the schema refuses is replaced as a whole', { name: 5, later: 1 }, { name: 'b' }, { name: 'b' }],
    ['so is one that its codec reads but cannot write', { name: 'no way back', later: 1 }, { name: 'b' }, { name: 'b' }],
    ['a delete deletes all of it', { name: 'a', later: 1 }, undefined, undefined],
    ['a delete deletes what reads as absent', { name: 'absent', later: 1 }, undefined, undefined],
  ])('a set over a stored object: %s', (_, stored, mine, expected) => {
    const wire = z.object({ name: z.string() }).optional()
    const odd = z.codec(wire, wire, {
      decode: (value) => (value?.name === 'absent' ? undefined : value),
      encode: (value) => (value?.name === 'no way back' ? JSON.parse('{') : value),
    })
    const odds: Rules = { codec: compileSchema(z.object({ odd })), policy: () => 'merge', identify: () => undefined }
    expect(replay(dataOf({ odd: stored }), set('odd', mine), odds).operation).toMatchObject({ value: expected })
  })

  test('changes neither data nor operation', () => {
    const operation = Object.freeze(set('profile', Object.freeze({ name: 'b' })))
    const before = { profile: Object.freeze({ name: 'a', later: 1 }) }
    replay(dataOf(before), operation, rules())
    expect(before).toEqual({ profile: { name: 'a', later: 1 } })
  })

  test('decodeStored gives undefined, not the default, for what is absent', () => {
    expect([decodeStored(codec, 'theme', undefined), decodeStored(codec, 'theme', 'dark'), decodeStored(codec, 'theme', 7)]).toEqual([
      undefined,
      'dark',
      'light',
    ])
  })
})
