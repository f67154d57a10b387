// Holds what listeners of the view receive if one of them writes during a notification.
import { describe, expect, test } from 'vitest'
import { add, createLoaded, set, state } from './fixtures.ts'

describe('a listener that writes while others are being told', () => {
  test("sets another key of the same move: that key's listener is given the last value alone", () => {
    const cache = createLoaded({ count: 1, note: 'a' })
    const notes: unknown[] = []
    cache.listen('count', (count) => void add(cache, set('note', `count is ${count}`)))
    cache.listen('note', (note) => void notes.push(note))
    cache.move({ base: state({ count: 2, note: 'b' }) })
    expect(notes).toEqual(['count is 2'])
  })

  test('sets it back to what its listener received last: there is nothing to notify', () => {
    const cache = createLoaded({ count: 1, note: 'a' })
    const notes: unknown[] = []
    cache.listen('count', () => void add(cache, set('note', 'a')))
    cache.listen('note', (note) => void notes.push(note))
    cache.move({ base: state({ count: 2, note: 'b' }) })
    expect(notes).toEqual([])
  })

  test('sets its own key until it is content: each of the others is given the last value, and once', () => {
    const cache = createLoaded({ count: 0 })
    const [before, after]: unknown[][] = [[], []]
    cache.listen('count', (count) => before?.push(count))
    cache.listen('count', (count) => {
      if ((count as number) < 3) add(cache, set('count', (count as number) + 1))
    })
    cache.listen('count', (count) => after?.push(count))
    add(cache, set('count', 1))
    expect([before, after]).toEqual([[1, 2, 3], [3]])
  })

  test('wakes the watchers once for what it wrote and what made it write', () => {
    const cache = createLoaded({ count: 1, note: 'a' })
    const woken: unknown[] = []
    cache.listen('count', () => void add(cache, set('note', 'b')))
    cache.watch(() => woken.push([cache.read('count'), cache.read('note')]))
    add(cache, set('count', 2))
    expect(woken).toEqual([[2, 'b']])
  })

  test('who begins to listen in the middle is told what comes, not what is there', () => {
    const cache = createLoaded({ count: 1, note: 'a' })
    const notes: unknown[] = []
    cache.listen('count', () => void cache.listen('note', (note) => notes.push(note)))
    cache.move({ base: state({ count: 2, note: 'b' }) })
    expect(notes).toEqual([])
    add(cache, set('note', 'c'))
    expect(notes).toEqual(['c'])
  })
})
