// Holds which net change and which expected tags a log results in.
import { describe, expect, test } from 'vitest'
import { toEffect } from '../../src/cache/effect.ts'
import { type Applied, lastWrites } from '../../src/cache/mutation.ts'
import type { ConflictPolicy, Operation } from '../../src/cache/operation.ts'
import { replay } from '../../src/cache/replay.ts'
import type { Json, JsonObject } from '../../src/protocol/json.ts'
import { rules, set, state, update } from './fixtures.ts'

/** The effect of operations, one after the other, on a base. */
function effectOf(data: JsonObject, operations: readonly Operation[], policy: ConflictPolicy = 'merge', parts = {}) {
  const base = state(data, parts)
  const draft = new Map<string, Json | undefined>(Object.entries(data))
  const log = operations.map((operation): Applied => {
    const applied = replay((key) => draft.get(key), operation, rules(policy))
    for (const [key, value] of lastWrites([applied])) draft.set(key, value)
    return applied
  })
  return toEffect(base, log, () => policy)
}

const clear: Operation = { kind: 'clear' }
const transaction = (run: Extract<Operation, { kind: 'transaction' }>['run']): Operation => ({ kind: 'transaction', run })
const tag = (value: unknown): string => `tag of ${JSON.stringify(value)}`

describe('the effect of a log', () => {
  test.each<[string, JsonObject, Operation[], object | undefined]>([
    ['nothing', { count: 1 }, [], undefined],
    ['a set of a new key expects it absent', {}, [set('count', 1)], { set: { count: 1 }, expect: { count: null } }],
    ['a set of a stored key expects its tag', { count: 1 }, [set('count', 2)], { set: { count: 2 }, expect: { count: tag(1) } }],
    ['a set to the stored value', { cart: ['a'] }, [set('cart', ['a'])], undefined],
    ['there and back', { count: 1 }, [set('count', 2), set('count', 1)], undefined],
    ['a new key, deleted again', {}, [set('note', 'a'), set('note', undefined)], undefined],
    ['a delete', { count: 1 }, [set('count', undefined)], { delete: ['count'], expect: { count: tag(1) } }],
    ['a delete of what is not stored', {}, [set('count', undefined)], undefined],
    ['the last set counts', { count: 1 }, [set('count', 2), set('count', 3)], { set: { count: 3 }, expect: { count: tag(1) } }],
    [
      'an update expects what it read',
      { count: 1 },
      [update('count', (count: number) => count + 1)],
      { set: { count: 2 }, expect: { count: tag(1) } },
    ],
    ['an update that changes nothing', { count: 1 }, [update('count', (count: number) => count)], undefined],
    ['a clear expects the base', { count: 1, note: 'a' }, [clear], { clear: true, expect: 'base' }],
    ['a clear of nothing', {}, [clear], undefined],
    ['a clear of nothing and a set expect that nothing came', {}, [clear, set('note', 'a')], { set: { note: 'a' }, expect: 'base' }],
    ['a clear of keys that the schema does not know', { later: 1 }, [clear], { clear: true, expect: 'base' }],
    ['a clear and a set', { count: 1 }, [clear, set('note', 'a')], { clear: true, set: { note: 'a' }, expect: 'base' }],
    ['a set and a clear', { count: 1 }, [set('note', 'a'), clear], { clear: true, expect: 'base' }],
    ['a clear and a set to what was stored', { count: 1 }, [clear, set('count', 1)], { clear: true, set: { count: 1 }, expect: 'base' }],
    ['a touch', { count: 1 }, [{ kind: 'touch' }], {}],
    [
      'a touch and a set that changes nothing, which is expected',
      { count: 1 },
      [{ kind: 'touch' }, set('count', 1)],
      { expect: { count: tag(1) } },
    ],
    ['an expiry', {}, [{ kind: 'setExpiry', expiry: 60 }], { expiry: 60 }],
    [
      'the last expiry, back to the policy',
      {},
      [
        { kind: 'setExpiry', expiry: 60 },
        { kind: 'setExpiry', expiry: null },
      ],
      { expiry: null },
    ],
    ['a new key of the session', {}, [{ kind: 'cycleKey' }], { cycleKey: true }],
    [
      'a transaction expects what it read and wrote',
      { count: 1, note: 'a', theme: 'dark' },
      [transaction((tx) => tx.get('note') && tx.set('count', 2))],
      { set: { count: 2 }, expect: { count: tag(1), note: tag('a') } },
    ],
    [
      'a transaction that asks for what is absent expects it absent',
      {},
      [transaction((tx) => void (tx.has('note') || tx.set('count', 2)))],
      { set: { count: 2 }, expect: { note: null, count: null } },
    ],
    [
      'a transaction that lists the keys expects the base',
      { count: 1 },
      [transaction((tx) => tx.set('note', tx.keys().join()))],
      { set: { note: 'count' }, expect: 'base' },
    ],
    ['a transaction that only reads', { count: 1 }, [transaction((tx) => tx.get('count'))], undefined],
  ])('%s', (_, data, operations, effect) => {
    expect(effectOf(data, operations)).toEqual(effect)
  })

  test.each<[string, Operation[], object]>([
    ['a set expects nothing', [set('count', 2)], { set: { count: 2 } }],
    ['a delete expects nothing', [set('count', undefined)], { delete: ['count'] }],
    ['an update expects what it read', [update('count', (count: number) => count + 1)], { set: { count: 2 }, expect: { count: tag(1) } }],
    [
      'a transaction expects what it read alone',
      [transaction((tx) => tx.set('note', `${tx.get('count')}`))],
      { set: { note: '1' }, expect: { count: tag(1) } },
    ],
    ['a clear expects the base', [clear], { clear: true, expect: 'base' }],
  ])('under mine %s', (_, operations, effect) => {
    expect(effectOf({ count: 1 }, operations, 'mine')).toEqual(effect)
  })

  test.each<[string, Operation[], object]>([
    ['a set expects the base', [set('count', 2)], { set: { count: 2 }, expect: 'base' }],
    ['a touch expects nothing', [{ kind: 'touch' }], {}],
  ])('without tags %s', (_, operations, effect) => {
    expect(effectOf({ count: 1 }, operations, 'merge', { tags: undefined })).toEqual(effect)
  })

  test('without tags a set under mine expects nothing', () => {
    expect(effectOf({ count: 1 }, [set('count', 2)], 'mine', { tags: undefined })).toEqual({ set: { count: 2 } })
  })

  test('a tag is looked up as an own member: a key named constructor has none', () => {
    const base = state({})
    const applied: Applied = { operation: set('constructor', 1), accessed: undefined }
    expect(toEffect(base, [applied], () => 'merge')).toEqual({ set: { constructor: 1 }, expect: { constructor: null } })
  })
})
