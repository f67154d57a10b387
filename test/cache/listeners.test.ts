// Holds the order and the number of notifications while listeners come, go and notify again.
import { describe, expect, test } from 'vitest'
import { addListener, callListeners, createListeners } from '../../src/cache/listeners.ts'

/** A list of named listeners that note what they receive, with what removes each. */
function begin(names: string) {
  const listeners = createListeners<number>()
  const received: string[] = []
  const stops = new Map<string, () => void>()
  const add = (name: string): void =>
    void stops.set(
      name,
      addListener(listeners, () => received.push(name)),
    )
  for (const name of names) add(name)
  let value = 0
  const call = (): string => {
    received.length = 0
    callListeners(listeners, ++value)
    return received.join('')
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
  ])('%s without %j are reported in the order in which they came, and who comes after them last', (names, gone, rest) => {
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
  ])('one that removes %s during a notification: the others are notified, and who is gone is not', (_, gone, during, after) => {
    const listeners = createListeners<number>()
    const received: string[] = []
    const stops: Record<string, () => void> = {}
    for (const name of 'abcd') {
      stops[name] = addListener(listeners, (value) => {
        received.push(name)
        if (name === 'b' && value === 1) for (const each of gone) stops[each]?.()
      })
    }
    callListeners(listeners, 1)
    expect(received.splice(0).join('')).toBe(during)
    callListeners(listeners, 2)
    expect(received.join('')).toBe(after)
  })

  test('one that is added while others are notified is notified from the next time on', () => {
    const listeners = createListeners<number>()
    const received: number[] = []
    addListener(listeners, (value) => {
      if (value === 1) addListener(listeners, (later) => received.push(later))
    })
    callListeners(listeners, 1)
    callListeners(listeners, 2)
    expect(received).toEqual([2])
  })

  test('of a state that changes while it is told the rest are told the newest alone; of events each', () => {
    const story = (of: 'state' | 'event'): number[] => {
      const listeners = createListeners<number>(of)
      const received: number[] = []
      addListener(listeners, (value) => value === 1 && callListeners(listeners, 2))
      addListener(listeners, (value) => received.push(value))
      callListeners(listeners, 1)
      return received
    }
    expect([story('state'), story('event')]).toEqual([[2], [2, 1]])
  })
})
