// Holds what `end` wipes, sends, waits for and rejects.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, createServer, errorOf, flush, follow, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('end', () => {
  test('wipes at once and resolves when a read shows that the lineage is gone', async () => {
    const { mock, session } = await begin({ theme: 'dark', count: 1 })
    const ended = collect(session, 'ended')
    const seen: string[] = []
    session.key('theme').listen((theme) => void seen.push(theme))
    const outcome = follow(() => session.end())
    expect([session.peek('theme'), seen, ended]).toEqual(['light', ['light'], [{ reason: 'flushed' }]])
    expect(outcome.status).toBe('pending')
    await flush()
    expect(outcome.status).toBe('resolved')
    expect(traffic(mock, 1)).toEqual(['DELETE 204', 'GET 200'])
    expect(mock.cookies).toEqual([])
    expect(await mock.lineage()).toBeNull()
    expect(ended).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', pending: 0 })
  })

  test('the next write starts a new lineage', async () => {
    const { mock, session } = await begin({ count: 1 })
    const former = await mock.lineage()
    await session.end()
    await session.set('count', 2)
    expect(await mock.lineage()).not.toBe(former)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a write made before the server answered is shown, waits and goes to the new lineage', async () => {
    const { mock, session } = await begin({ count: 1, note: 'a' })
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const outcome = follow(() => session.end())
    const written = follow(() => session.set('count', 2))
    expect(session.peek('count')).toBe(2)
    await held.reached()
    expect(session.pending.map(({ kind }) => kind)).toEqual(['end', 'set'])
    await held.release()
    await flush()
    expect([outcome.status, written.status]).toEqual(['resolved', 'resolved'])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('of a session that is gone already resolves', async () => {
    const { mock, session } = await begin({ count: 1 })
    await mock.flush()
    await session.end()
    expect(traffic(mock, 1)).toEqual(['DELETE 204', 'GET 200'])
  })

  test('of a session that expired, with its cookie left, resolves', async () => {
    const { mock, session } = await begin({ count: 1 })
    await mock.expire()
    const outcome = follow(() => session.end())
    await advance(10_000)
    expect(outcome.status).toBe('resolved')
  })

  test('of a visitor without a session resolves and asks for nothing to be deleted', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.end()
    expect(traffic(mock).filter((line) => !line.startsWith('GET'))).toEqual([])
    expect(session.getSnapshot().pending).toBe(0)
  })

  test('before the load reads first, since it has to name the lineage', async () => {
    const mock = createServer({ initial: { count: 1 } })
    await open(mock).end()
    expect(traffic(mock)).toEqual(['GET 200', 'DELETE 204', 'GET 200'])
    expect(await mock.lineage()).toBeNull()
  })

  test('never ends another lineage: one that a log-in put in its place lives on', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { signedInAs: 'ann' })
    await session.revalidate()
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const outcome = follow(() => session.end())
    await held.reached()
    await mock.signIn('bob')
    await mock.write({ count: 7 })
    const theirs = await mock.lineage()
    await held.release()
    await flush()
    expect(outcome.status).toBe('resolved')
    expect(await mock.lineage()).toBe(theirs)
    expect(session.peek('count')).toBe(7)
  })

  test('that met a key that was rotated away ends the session under its new key', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const outcome = follow(() => session.end())
    await held.reached()
    await mock.rotateKey()
    await held.release()
    await advance(5_000)
    expect(outcome.status).toBe('resolved')
    expect(await mock.lineage()).toBeNull()
    expect(traffic(mock, 1)).toEqual(['DELETE 204', 'GET 200', 'DELETE 204', 'GET 200'])
  })

  test('offline stays visibly pending, with everything wiped, and is done after the reconnect', async () => {
    const { mock, session } = await begin({ theme: 'dark' })
    mock.offline()
    const outcome = follow(() => session.end())
    await advance(60_000)
    expect(outcome.status).toBe('pending')
    expect(session.pending).toMatchObject([{ kind: 'end', keys: [], sent: true }])
    expect(session.pending[0]?.discard()).toBe(false)
    expect(session.getSnapshot()).toMatchObject({ pending: 1, activity: 'offline' })
    expect(session.peek('theme')).toBe('light')
    mock.online()
    await advance(60_000)
    expect(outcome.status).toBe('resolved')
    expect(session.pending).toEqual([])
    expect(await mock.lineage()).toBeNull()
  })

  test('twice is one end, and both resolve', async () => {
    const { mock, session } = await begin({ count: 1 })
    const outcomes = [follow(() => session.end()), follow(() => session.end())]
    await flush()
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    await session.end()
    expect(await mock.lineage()).toBeNull()
  })

  test('twice with a write between is two ends: the write is not stored, and both resolve', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const first = follow(() => session.end())
    await held.reached()
    const written = follow(() => session.set('count', 2))
    const second = follow(() => session.end())
    await held.release()
    await advance(10_000)
    expect([written.status, first.status, second.status, session.peek('count')]).toEqual(['rejected', 'resolved', 'resolved', 0])
    expect(await mock.lineage()).toBeNull()
  })

  test('twice offline shows one pending end', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    mock.offline()
    const outcomes = [follow(() => session.end()), follow(() => session.end())]
    await advance(60_000)
    expect(session.pending).toHaveLength(1)
    mock.online()
    await advance(60_000)
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect(ended).toEqual([{ reason: 'flushed' }])
  })

  test('at a 401 waits and is done after resume', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unauthenticated', method: 'DELETE' })
    const outcome = follow(() => session.end())
    await advance(60_000)
    expect([outcome.status, session.getSnapshot().status]).toEqual(['pending', 'needs-auth'])
    session.resume()
    await advance(1_000)
    expect(outcome.status).toBe('resolved')
    expect(await mock.lineage()).toBeNull()
  })
})

describe('writes that an end meets', () => {
  test('reject with SessionEndedError, their values and their fate', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const sent = follow(() => session.set('count', 2))
    await held.reached()
    const waiting = follow(() => session.set('theme', 'dark'))
    const deleting = follow(() => session.delete('note'))
    const outcome = follow(() => session.end())
    await flush()
    // The first may have arrived: it left, and no response came.
    expect(sent.error).toMatchObject({ code: 'ended', reason: 'flushed', fate: 'unknown', values: { count: 2 } })
    expect(waiting.error).toMatchObject({ code: 'ended', reason: 'flushed', fate: 'not-stored', values: { theme: 'dark' } })
    expect(deleting.error).toMatchObject({ code: 'ended', values: { note: undefined } })
    expect(Object.keys(waiting.error as object)).not.toContain('values')
    expect(outcome.status).toBe('resolved')
  })

  test('an update that waits for its first load and is ended says its key', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock)
    const held = mock.next('hold')
    const updating = follow(() => session.update('count', (count) => count + 1))
    await held.reached()
    const outcome = follow(() => session.end())
    await held.release()
    await flush()
    expect(outcome.status).toBe('resolved')
    expect(updating.error).toMatchObject({ code: 'ended' })
    expect(await mock.lineage()).toBeNull()
  })

  test('a signal ends the waiting and not the end', async () => {
    const { mock, session } = await begin({ count: 1 })
    const controller = new AbortController()
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const error = errorOf(() => session.end({ signal: controller.signal }))
    await held.reached()
    controller.abort(new RangeError('enough'))
    expect(await error).toMatchObject({ message: 'enough' })
    await held.release()
    await flush()
    expect(await mock.lineage()).toBeNull()
  })
})

describe('an end that a 401 paused', () => {
  test('goes on with the next good read, and does not ask without pause', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unauthenticated', method: 'DELETE' })
    const outcome = follow(() => session.end())
    await flush()
    const read = follow(() => session.revalidate())
    await advance(10_000)
    expect([outcome.status, read.status]).toEqual(['resolved', 'resolved'])
    expect(mock.requests.length).toBeLessThan(10)
  })
})
