// Holds that a subscriber may call the client during a notification.
import { describe, expect, test } from 'vitest'
import { advance, begin, createServer, errorOf, flush, follow, inTime, open, useFakeTime } from './harness.ts'

useFakeTime()

describe('a subscriber that calls the client', () => {
  test('sets another key: both are in one commit, and each subscriber sees each value once', async () => {
    const { mock, session } = await begin({ count: 0 })
    const notes: unknown[] = []
    session.key('count').listen((count) => void session.set('note', `count is ${count}`))
    session.key('note').listen((note) => void notes.push(note))
    await session.set('count', 1)
    await session.settled()
    expect(notes).toEqual(['count is 1'])
    expect(mock.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1)
    expect(await mock.data()).toEqual({ count: 1, note: 'count is 1' })
  })

  test('sets its own key until it is content: no recursion without end, and the last value stands', async () => {
    const { mock, session } = await begin({ count: 0 })
    const seen: number[] = []
    session.key('count').listen((count) => {
      seen.push(count)
      if (count < 5) void session.set('count', count + 1)
    })
    await session.set('count', 1)
    await session.settled()
    expect(seen.at(-1)).toBe(5)
    expect(session.peek('count')).toBe(5)
    expect(await mock.data()).toEqual({ count: 5 })
  })

  test('a second subscriber is never told an older value after a newer one', async () => {
    const { session } = await begin({ count: 0 })
    const seen: number[] = []
    session.key('count').listen((count) => {
      if (count === 1) void session.set('count', 2)
    })
    session.key('count').listen((count) => void seen.push(count))
    await session.set('count', 1)
    expect(seen).toEqual([...seen].sort())
    expect(seen.at(-1)).toBe(2)
  })

  test('writes when a response moves its key', async () => {
    const { mock, session } = await begin({ count: 0 })
    session.key('count').listen((count) => void session.set('note', `saw ${count}`))
    await mock.write({ count: 7 })
    await session.revalidate()
    await session.settled()
    expect(await mock.data()).toEqual({ count: 7, note: 'saw 7' })
  })

  test('revalidates at each change: no loop', async () => {
    const { mock, session } = await begin({ count: 0 })
    const stop = session.listen(() => void session.revalidate())
    await session.set('count', 1)
    await advance(60_000)
    stop()
    expect(mock.requests.length).toBeLessThan(10)
  })

  test('ends the session inside a set: the set rejects as ended, and nothing hangs', async () => {
    const { mock, session } = await begin({ count: 0 })
    session.key('count').listen((count) => {
      if (count === 1) void session.end()
    })
    const written = follow(() => session.set('count', 1))
    await advance(10_000)
    expect(written).toMatchObject({ status: 'rejected', error: { code: 'ended' } })
    expect(await mock.lineage()).toBeNull()
  })

  test('discards the write that it is notified of', async () => {
    const { mock, session } = await begin({ count: 0 })
    session.key('count').listen(() => void session.pending.at(-1)?.discard())
    const written = follow(() => session.update('count', () => 1))
    await flush()
    expect(written).toMatchObject({ status: 'rejected', error: { code: 'discarded' } })
    expect([session.peek('count'), await mock.data()]).toEqual([0, { count: 0 }])
  })

  test('removes itself, adds another, and subscribes to another key', async () => {
    const { session } = await begin({ count: 0 })
    const seen: string[] = []
    const stop = session.key('count').listen(() => {
      seen.push('first')
      stop()
      session.key('count').listen(() => void seen.push('second'))
      session.key('theme').subscribe(() => void seen.push('theme'))
    })
    void session.set('count', 1)
    expect(seen).toEqual(['first', 'theme'])
    void session.set('count', 2)
    expect(seen).toEqual(['first', 'theme', 'second'])
  })
})

describe('an event handler that calls the client', () => {
  test('finds the state consistent: conflict, rejected and ended come after the views and the promises', async () => {
    const { mock, session } = await begin({ count: 1 }, { conflict: 'reject' })
    const story: unknown[] = []
    session.on('conflict', ({ value }) => story.push(['conflict', value, session.peek('count'), session.pending.length]))
    session.on('rejected', () => story.push(['rejected', session.peek('count'), session.pending.length]))
    session.key('count').listen((count) => story.push(['view', count]))
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    await session.set('count', 2).catch(() => {})
    expect(story).toEqual([
      ['view', 2],
      ['view', 5],
      ['rejected', 5, 0],
      ['conflict', 5, 5, 0],
    ])
  })

  test('writes again at a conflict, a rejection and an end', async () => {
    const { mock, session } = await begin({ count: 1 }, { conflict: 'reject' })
    session.on('rejected', ({ error, keys }) => {
      if (error.code === 'conflict' && keys[0] === 'count') void session.update('count', (count) => count + 100)
    })
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    await session.set('count', 2).catch(() => {})
    await session.settled()
    expect(await mock.data()).toEqual({ count: 105 })
  })

  test('of exchange that writes at each step does not deadlock', async () => {
    const { mock, session } = await begin({ count: 0 })
    let left = 20
    session.on('exchange', () => {
      if (left-- > 0) void session.update('count', (count) => count + 1)
    })
    await session.set('theme', 'dark')
    await inTime(session.settled())
    expect(await mock.data()).toEqual({ count: 20, theme: 'dark' })
  })

  test('of exchange that ends the session at the response of a commit takes nothing of that answer', async () => {
    const { mock, session } = await begin({ count: 1 })
    let ended: Promise<void> | undefined
    const shown: unknown[] = []
    session.on('exchange', ({ kind, outcome }) => {
      if (kind === 'commit' && outcome === 'acknowledged') ended = session.end()
    })
    session.key('count').listen((count) => void shown.push(count))
    const error = await errorOf(() => session.set('count', 2))
    await ended
    expect(error).toMatchObject({ code: 'ended' })
    expect([shown, session.peek('count'), await mock.data()]).toEqual([[2, 0], 0, {}])
  })

  test('of expiring that touches extends the session', async () => {
    const { session } = await begin({ count: 1 }, {}, { maxAgeMs: 100_000 })
    let received = 0
    session.on('expiring', () => {
      received++
      void session.touch()
    })
    await advance(300_000)
    expect(received).toBeGreaterThan(3)
    expect(session.expiry?.remainingMs).toBeGreaterThan(0)
  })

  test('of invalid that replaces the value', async () => {
    const mock = createServer({ initial: { theme: 'dark' } })
    await mock.writeWire({ count: 'many' })
    const session = open(mock)
    session.on('invalid', ({ key }) => key === 'count' && void session.set('count', 1))
    await session.get('theme')
    await session.settled()
    expect(await mock.data()).toEqual({ theme: 'dark', count: 1 })
  })

  test('that causes another event of its kind takes none from the others', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    void session.set('theme', 'dark')
    await held.reached()
    const received: string[] = []
    session.on('rejected', () => void session.pending.find(({ sent }) => !sent)?.discard())
    session.on('rejected', ({ keys }) => void received.push(...keys))
    for (const key of ['count', 'note', 'cart'] as const) void session.delete(key)
    session.pending.at(-1)?.discard()
    expect(received.sort()).toEqual(['cart', 'count', 'note'])
    await held.release()
  })

  test('that is removed is told no more', async () => {
    const { session } = await begin({ count: 1 })
    const received: string[] = []
    const stop = session.on('exchange', ({ outcome }) => void received.push(outcome))
    await session.set('count', 2)
    stop()
    stop()
    await session.set('count', 3)
    expect(received).toEqual(['sent', 'acknowledged'])
  })
})
