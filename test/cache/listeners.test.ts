// Holds the order and the number of notifications while listeners come, go and notify again.
import { describe, expect, test } from 'vitest'
import { addListener, callListeners, createListeners } from '../../src/cache/listeners.ts'

/** A list of named listeners that note what they are told, with what removes each. */
function begin(names: string) {
  const listeners = createListeners<number>()
  const told: string[] = []
  const stops = new Map<string, () => void>()
  const add = (name: string): void =>
    void stops.set(
      name,
      addListener(listeners, () => told.push(name)),
    )
  for (const name of names) add(name)
  let value = 0
  const call = (): string => {
    told.length = 0
    callListeners(listeners, ++value)
    return told.join('')
  }
  return { listeners, add, call, stop: (name: string) => stops.get(name)?.() }
}

describe('listeners', () => {
  test.each([
    ['abc', '', 'abc'],
    ['abc', 'a', 'bc'],
    ['abc', 'b', 'ac'],
    ['abc', 'c', 'ab'],
    ['abcd', 'bc', 'ad'],
    ['abcd', 'cb', 'ad'],
    ['abcd', 'ad', 'bc'],
    ['abc', 'abc', ''],
    ['abc', 'cba', ''],
    ['a', 'a', ''],
  ])('%s without %j are told in the order in which they came, and who comes after them last', (names, gone, rest) => {
    const { add, call, stop } = begin(names)
    for (const name of gone) stop(name)
    expect(call()).toBe(rest)
    add('x')
    add('y')
    expect(call()).toBe(`${rest}xy`)
    stop('x')
    expect(call()).toBe(`${rest}y`)
  })

  test.each(['a', 'b', 'c'])('to remove %s twice takes nobody else away', (name) => {
    const { add, call, stop } = begin('abc')
    for (const each of ['a', 'b', 'c']) stop(each)
    add('x')
    stop(name)
    expect(call()).toBe('x')
    add('y')
    stop(name)
    expect(call()).toBe('xy')
  })

  test.each([
    ['itself', 'b', 'abcd', 'acd'],
    ['the one before', 'a', 'abcd', 'bcd'],
    ['the one after', 'c', 'abd', 'abd'],
    ['itself and the one after', 'bc', 'abd', 'ad'],
    ['the one after and itself', 'cb', 'abd', 'ad'],
    ['all', 'abcd', 'ab', ''],
  ])('one that removes %s while it is told: the others are told, and who is gone is not', (_, gone, during, after) => {
    const listeners = createListeners<number>()
    const told: string[] = []
    const stops: Record<string, () => void> = {}
    for (const name of 'abcd') {
      stops[name] = addListener(listeners, (value) => {
        told.push(name)
        if (name === 'b' && value === 1) for (const each of gone) stops[each]?.()
      })
    }
    callListeners(listeners, 1)
    expect(told.splice(0).join('')).toBe(during)
    callListeners(listeners, 2)
    expect(told.join('')).toBe(after)
  })

  test('one that is added while others are told is told from the next time on', () => {
    const listeners = createListeners<number>()
    const told: number[] = []
    addListener(listeners, (value) => {
      if (value === 1) addListener(listeners, (later) => told.push(later))
    })
    callListeners(listeners, 1)
    callListeners(listeners, 2)
    expect(told).toEqual([2])
  })

  test('of a state that changes while it is told the rest are told the newest alone; of events each', () => {
    const story = (of: 'state' | 'event'): number[] => {
      const listeners = createListeners<number>(of)
      const told: number[] = []
      addListener(listeners, (value) => value === 1 && callListeners(listeners, 2))
      addListener(listeners, (value) => told.push(value))
      callListeners(listeners, 1)
      return told
    }
    expect([story('state'), story('event')]).toEqual([[2], [2, 1]])
  })
})
