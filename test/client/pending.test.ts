// Holds `pending`, `discard` and `settled`.
import { SessionDiscardedError } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, createServer, flush, follow, open, useFakeTime } from './harness.ts'

useFakeTime()

describe('pending', () => {
  test('lists the log in order, with kind and keys, and what is sent', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    void session.set('count', 2)
    await held.reached()
    void session.update('cart', (cart) => [...cart, 'tea'])
    void session.delete('note')
    void session.transaction((tx) => tx.set('theme', tx.get('count') === 2 ? 'dark' : 'light'))
    void session.setExpiry(60_000)
    void session.touch()
    void session.cycleKey()
    void session.clear()
    const entries = session.pending.map(({ kind, keys, sent }) => [kind, [...keys].sort(), sent])
    expect(entries).toEqual([
      ['set', ['count'], true],
      ['update', ['cart'], false],
      ['delete', ['note'], false],
      ['transaction', ['theme'], false],
      ['setExpiry', [], false],
      ['touch', [], false],
      ['cycleKey', [], false],
      ['clear', ['cart', 'count', 'theme'], false],
    ])
    expect(session.getSnapshot().pending).toBe(8)
    await held.release()
    await session.settled()
    expect(session.pending).toEqual([])
  })

  test('is a picture of the moment: a list taken before does not change', async () => {
    const { session } = await begin({ count: 1 })
    const written = session.set('count', 2)
    const { pending } = session
    await written
    expect([pending.length, session.pending.length]).toEqual([1, 0])
  })

  test('sets of one key before they are sent are one entry', async () => {
    const { session } = await begin({ count: 1 })
    for (let count = 2; count < 10; count++) void session.set('count', count)
    expect(session.pending).toHaveLength(1)
  })

  test('offline the log grows and is shown, and is sent after the reconnect, in order', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.offline()
    void session.set('count', 2)
    await advance(5_000)
    const later = session.update('count', (count) => count * 10)
    await advance(60_000)
    expect(session.getSnapshot()).toMatchObject({ activity: 'offline', pending: 2, values: { count: 20 } })
    mock.online()
    await advance(60_000)
    await later
    expect(await mock.data()).toEqual({ count: 20 })
    expect(session.getSnapshot()).toMatchObject({ activity: 'idle', pending: 0, error: null })
  })
})

describe('discard', () => {
  test('takes an entry that is not sent back: the view, the promise and the others', async () => {
    const { mock, session } = await begin({ count: 1, cart: [] })
    const rejections = collect(session, 'rejected')
    const held = mock.next('hold')
    void session.set('theme', 'dark')
    await held.reached()
    const discarded = follow(() => session.update('count', (count) => count + 1))
    const other = follow(() => session.update('count', (count) => count + 10))
    expect(session.peek('count')).toBe(12)
    const entry = session.pending[1]
    expect(entry?.discard()).toBe(true)
    expect(session.peek('count')).toBe(11)
    expect(entry?.discard()).toBe(false)
    await held.release()
    await flush()
    expect(discarded.error).toBeInstanceOf(SessionDiscardedError)
    expect(other.status).toBe('resolved')
    expect(rejections).toMatchObject([{ error: { code: 'discarded' }, keys: ['count'] }])
    expect(await mock.data()).toMatchObject({ count: 11, theme: 'dark' })
  })

  test('of what is sent, or was acknowledged, does nothing and says so', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    const written = session.set('count', 2)
    const entry = session.pending[0]
    await held.reached()
    expect(session.pending[0]?.discard()).toBe(false)
    await held.release()
    await written
    expect(entry?.discard()).toBe(false)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('of everything that is pending leaves nothing to send', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.set('count', 2)
    void session.set('theme', 'dark')
    for (const entry of session.pending) entry.discard()
    await flush()
    expect(commits(mock)).toEqual([])
    expect([session.peek('count'), session.peek('theme')]).toEqual([1, 'light'])
  })

  test('before the first load takes back what was shown', async () => {
    const mock = createServer({ initial: { count: 5 } })
    const session = open(mock)
    const written = follow(() => session.set('count', 9))
    session.pending[0]?.discard()
    expect(session.peek('count')).toBe(0)
    await flush()
    expect(written.error).toBeInstanceOf(SessionDiscardedError)
    expect(session.peek('count')).toBe(5)
  })
})

describe('settled', () => {
  test('resolves at once if nothing is pending', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.settled()
    await open(mock).settled()
    expect(commits(mock)).toEqual([])
  })

  test('resolves when the log is empty, and never rejects', async () => {
    const { session } = await begin({ count: 1 }, {}, { validate: () => [{ key: 'count', message: 'never' }] })
    const written = follow(() => session.set('count', 2))
    expect(await session.settled()).toBeUndefined()
    await flush()
    expect(written.status).toBe('rejected')
  })

  test('waits for what is written while it waits', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    void session.set('count', 2)
    const settled = follow(() => session.settled())
    await held.reached()
    void session.set('theme', 'dark')
    await held.release()
    await flush()
    expect(settled.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 2, theme: 'dark' })
  })

  test('sends now: it does not wait for the next try', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error', method: 'PATCH' })
    void session.set('count', 2)
    await flush()
    expect(session.getSnapshot().activity).toBe('retrying')
    const settled = follow(() => session.settled())
    await flush()
    expect(settled.status).toBe('resolved')
  })

  test('waits for an end too', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    void session.end()
    const settled = follow(() => session.settled())
    await held.reached()
    expect(settled.status).toBe('pending')
    await held.release()
    await flush()
    expect(settled.status).toBe('resolved')
  })
})
