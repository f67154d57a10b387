// Holds how the client learns the outcome of a write whose response was lost.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, createServer, flush, follow, inTime, open, traffic, useFakeTime } from '../client/harness.ts'

useFakeTime()

describe('a response that is lost after the commit was stored', () => {
  test('is acknowledged by the repetition, and nothing is applied twice', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    await inTime(session.update('count', (count) => count + 1))
    expect(commits(mock).map(({ status }) => status)).toEqual(['lost', 200])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('is acknowledged by the repetition though somebody wrote the same key in between: theirs stands, no conflict', async () => {
    const { mock, session } = await begin({ count: 1 })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    mock.next({ fault: 'write-beside', method: 'PATCH', write: { count: 50 } })
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 50 })
    expect(session.peek('count')).toBe(50)
    expect(conflicts).toEqual([])
  })

  test('is acknowledged by the `last` of a read that comes first', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-answer', method: 'PATCH', times: 2 })
    mock.next({ fault: 'unauthenticated', method: 'PATCH' })
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(10_000)
    expect(session.getSnapshot().status).toBe('needs-auth')
    session.resume()
    await flush()
    expect(written.status).toBe('resolved')
    expect(traffic(mock).at(-1)).toBe('GET 200')
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('of a first commit whose cookie arrived: the repetition finds the session that it made', async () => {
    const mock = createServer()
    const session = open(mock)
    mock.next({ fault: 'break-answer', method: 'PATCH' })
    await inTime(session.update('count', (count) => count + 1))
    expect(commits(mock).map(({ lineage, status }) => [lineage, status])).toEqual([
      [null, 200],
      [null, 200],
    ])
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('of a first commit whose cookie was lost too: the repetition makes the session', async () => {
    const mock = createServer()
    const session = open(mock)
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 1 })
    await session.set('theme', 'dark')
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark' })
  })

  test('a request that arrives twice is stored once', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'duplicate', method: 'PATCH' })
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a copy that arrives late is stored never', async () => {
    const { mock, session } = await begin({ count: 1 })
    const copy = mock.next({ fault: 'late-copy', method: 'PATCH' })
    await inTime(session.update('count', (count) => count + 1))
    await session.set('theme', 'dark')
    await copy.release()
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 3, theme: 'dark' })
  })
})
