// Holds how mutations are batched into commits.
import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { begin, commits, flush, inTime, open, track, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('mutations of one tick', () => {
  test('are one commit', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.set('theme', 'dark')
    void session.update('count', (count) => count + 1)
    void session.delete('note')
    void session.transaction((tx) => tx.set('cart', ['tea']))
    await session.settled()
    expect(commits(mock)).toHaveLength(1)
    expect(commits(mock)[0]).toMatchObject({ set: { theme: 'dark', count: 2, cart: ['tea'] } })
  })

  test('while a commit is in flight later ones gather into the next', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    void session.set('count', 2)
    await held.reached()
    for (let count = 3; count <= 50; count++) {
      void session.set('count', count)
      await flush()
    }
    void session.set('theme', 'dark')
    await held.release()
    await session.settled()
    expect(commits(mock)).toMatchObject([
      { n: 1, set: { count: 2 } },
      { n: 2, after: 1, set: { count: 50, theme: 'dark' } },
    ])
  })

  test('a set that is in flight is not changed by a later one: its bytes are bound to its number', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    void session.set('count', 2)
    await flush()
    void session.set('count', 3)
    await inTime(session.settled())
    expect(commits(mock).map(({ n, set }) => [n, set])).toEqual([
      [1, { count: 2 }],
      [1, { count: 2 }],
      [2, { count: 3 }],
    ])
  })

  test('a set before, between and after an update of its key stay in order', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.set('count', 10)
    void session.update('count', (count) => count + 1)
    void session.set('theme', 'dark')
    void session.set('count', 20)
    void session.update('count', (count) => count + 1)
    await session.settled()
    expect(await mock.data()).toEqual({ count: 21, theme: 'dark' })
  })

  test('a set after a transaction that read its key does not reach back before it', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.set('count', 2)
    void session.transaction((tx) => tx.set('note', `${tx.get('count')}`))
    void session.set('count', 3)
    await session.settled()
    expect(await mock.data()).toEqual({ count: 3, note: '2' })
  })
})

describe('what a change costs does not grow with the number of keys', () => {
  /** A client of many keys that counts each decoding, by key. */
  async function openCounting(size: number) {
    const decoded: string[] = []
    const counting = (key: string) =>
      z.codec(z.string(), z.string(), {
        decode: (text) => {
          decoded.push(key)
          return text
        },
        encode: (text) => text,
      })
    const keys = Array.from({ length: size }, (_, index) => `key${index}`)
    const schema = z.object(Object.fromEntries(keys.map((key) => [key, counting(key).optional()])))
    const mock = createMockSessionServer({ maxSessionBytes: 1e6 })
    await mock.writeWire(Object.fromEntries(keys.map((key) => [key, 'stored'])))
    const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, random: () => 0.5 }))
    await session.get('key0')
    return { mock, session, decoded, keys }
  }

  test.each([1, 1_000])('a peek decodes its key once, with %i keys', async (size) => {
    const { session, decoded } = await openCounting(size)
    decoded.length = 0
    const key = size === 1 ? 'key0' : 'key500'
    session.peek(key)
    session.peek(key)
    session.key(key).peek()
    expect(decoded.filter((name) => name !== key)).toEqual([])
    expect(decoded.length).toBeLessThanOrEqual(1)
  })

  test.each([1, 1_000])('a set wakes one subscriber and decodes its key alone, with %i keys', async (size) => {
    const { session, decoded, keys } = await openCounting(size)
    const woken: string[] = []
    for (const key of keys) session.key(key).listen(() => void woken.push(key))
    for (const key of keys) session.peek(key)
    await flush()
    decoded.length = 0
    await session.set('key0', 'changed')
    await flush()
    expect(woken).toEqual(['key0'])
    expect(new Set(decoded)).toEqual(new Set(['key0']))
  })

  test('a response that changes one of a thousand keys decodes that one', async () => {
    const { mock, session, decoded, keys } = await openCounting(1_000)
    for (const key of keys) session.peek(key)
    decoded.length = 0
    await mock.writeWire({ key7: 'theirs' })
    await session.revalidate()
    for (const key of keys) session.peek(key)
    expect(new Set(decoded)).toEqual(new Set(['key7']))
  })
})

describe('a subscriber', () => {
  test('is told inside set, before it returns', async () => {
    const { session } = await begin({ note: '' })
    const typed: string[] = []
    session.key('note').listen((note) => void typed.push(note ?? ''))
    for (const text of ['h', 'he', 'hel', 'hell', 'hello']) {
      void session.set('note', text)
      expect(typed.at(-1)).toBe(text)
    }
    await session.settled()
    expect(typed).toEqual(['h', 'he', 'hel', 'hell', 'hello'])
  })

  test('sees no flicker: each value once, through commits, rebases, reads and messages', async () => {
    const { mock, session } = await begin({ count: 0, cart: [] })
    const seen: number[] = []
    session.key('count').subscribe((count) => void seen.push(count))
    for (let round = 1; round <= 5; round++) {
      mock.next({ fault: 'delay', delayMs: 20, times: 2 })
      if (round === 3) mock.next({ fault: 'write-beside', write: { cart: ['theirs'] }, method: 'PATCH' })
      if (round === 4) mock.next({ fault: 'lose-answer', method: 'PATCH' })
      void session.update('count', (count) => count + 1)
      void session.update('cart', (cart) => [...cart, `${round}`])
      await flush()
      void session.revalidate()
    }
    await inTime(session.settled())
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
    expect(await mock.data()).toMatchObject({ count: 5 })
  })

  test('sees no earlier value while a second tab writes the same key', async () => {
    const { mock, session } = await begin({ count: 0 })
    const other = open(mock)
    await other.get('count')
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    for (let round = 0; round < 10; round++) {
      void session.update('count', (count) => count + 1)
      void other.update('count', (count) => count + 1)
      await flush()
    }
    await inTime(Promise.all([session.settled(), other.settled()]))
    await session.revalidate()
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.at(-1)).toBe(20)
  })
})
