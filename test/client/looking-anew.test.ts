// Holds when `revalidate` sends a request, and which response it resolves with.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, createServer, errorOf, flush, follow, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('revalidate', () => {
  test('asked for while a read is in flight brings what was stored since', async () => {
    const { mock, session } = await begin({ theme: 'light' })
    const held = mock.next({ fault: 'hold-answer', method: 'GET' })
    const first = session.revalidate()
    await flush()
    await held.reached()
    await mock.write({ theme: 'dark' })
    const second = session.revalidate()
    await held.release()
    await flush()
    await Promise.all([first, second])
    expect(session.peek('theme')).toBe('dark')
  })

  test('refetches, conditionally, and resolves when the response came', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.revalidate()
    await mock.write({ count: 2 })
    await session.revalidate()
    expect(traffic(mock, 1)).toEqual(['GET 304', 'GET 200'])
    expect(session.peek('count')).toBe(2)
  })

  test('asked for while a commit is in flight is served by the commit', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold')
    void session.set('count', 2)
    await held.reached()
    const reads = [follow(() => session.revalidate()), follow(() => session.revalidate())]
    await held.release()
    await flush()
    expect(reads.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
    expect(traffic(mock, 1)).toEqual(['PATCH/1 200'])
  })

  test('many at once are one request', async () => {
    const { mock, session } = await begin({ count: 1 })
    await Promise.all(Array.from({ length: 20 }, () => session.revalidate()))
    expect(traffic(mock, 1)).toEqual(['GET 304'])
  })

  test('at a 401 rejects and leaves the data shown', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next('unauthenticated')
    expect(await errorOf(() => session.revalidate())).toMatchObject({ code: 'needs-auth' })
    expect([session.peek('count'), session.getSnapshot().status]).toEqual([1, 'needs-auth'])
  })
})

describe('notice', () => {
  const answer = (version?: string): Response =>
    new Response('ok', version === undefined ? {} : { headers: { 'Session-Version': version } })

  test('refetches if the version is another, and returns the response', async () => {
    const { mock, session } = await begin({ count: 1 })
    await mock.write({ count: 2 })
    const response = answer('v99-other')
    expect(session.notice(response)).toBe(response)
    await flush()
    expect(traffic(mock, 1)).toEqual(['GET 200'])
    expect(session.peek('count')).toBe(2)
  })

  test('does nothing for the version that is shown, or none', async () => {
    const { mock, session } = await begin({ count: 1 })
    session.notice(answer())
    session.notice(answer(session.dehydrate()?.state.version))
    session.notice(answer(`"${session.dehydrate()?.state.version}"`))
    await flush()
    expect(traffic(mock, 1)).toEqual([])
  })

  test('does nothing before the first data, since nothing is shown', async () => {
    const mock = createServer()
    open(mock).notice(answer('v1-x'))
    await flush()
    expect(mock.requests).toEqual([])
  })

  test('during an exchange waits for it, which may bring the very version', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold-answer')
    void session.set('count', 2)
    await held.reached()
    const view = await mock.fetch(mock.url)
    session.notice(view)
    await held.release()
    await flush()
    expect(traffic(mock, 1).filter((line) => line.startsWith('GET'))).toEqual(['GET 200']) // the view's own
  })

  test('leaves the body of the response to the app', async () => {
    const { session } = await begin({ count: 1 })
    expect(await session.notice(answer('v99-other')).text()).toBe('ok')
  })
})

describe('needs-auth', () => {
  test('a 401 of a commit pauses with the log shown, and resume goes on with the identical bytes', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unauthenticated', method: 'PATCH' })
    const written = follow(() => session.set('count', 2))
    await advance(600_000)
    expect([written.status, session.peek('count'), session.pending.length]).toEqual(['pending', 2, 1])
    expect(session.getSnapshot()).toMatchObject({ status: 'needs-auth', activity: 'idle', error: { code: 'needs-auth' } })
    expect(traffic(mock, 1)).toEqual(['PATCH/1 401'])
    void session.set('theme', 'dark')
    await advance(60_000)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 401'])
    session.resume()
    await flush()
    expect(written.status).toBe('resolved')
    expect(traffic(mock, 1)).toEqual(['PATCH/1 401', 'GET 200', 'PATCH/1 200', 'PATCH/2 200'])
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', activity: 'idle', error: null })
  })

  test('once a read succeeds it is over, before the commit in flight is answered', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unauthenticated', method: 'PATCH' })
    void session.set('count', 2)
    await flush()
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    session.resume()
    await held.reached()
    expect(session.getSnapshot()).toMatchObject({ status: 'ready', activity: 'sending', pending: 1, error: null })
    await held.release()
    await session.settled()
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('the next good read goes on too', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unauthenticated', method: 'PATCH' })
    const written = follow(() => session.set('count', 2))
    await flush()
    await session.revalidate()
    await flush()
    expect(written.status).toBe('resolved')
  })

  test('reads after it are unconditional, since a 304 tells no identity', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next('unauthenticated')
    await errorOf(() => session.revalidate())
    await session.revalidate()
    expect(mock.requests.slice(1).map(({ headers }) => 'if-none-match' in headers)).toEqual([true, false])
  })

  test('what mounts after it requests nothing, and is notified when it is over', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next('unauthenticated')
    await errorOf(() => session.revalidate())
    const fresh = open(mock)
    mock.next('unauthenticated')
    await fresh.ready()
    const before = mock.requests.length
    const seen: number[] = []
    for (let times = 0; times < 10; times++) fresh.key('count').subscribe((count) => void seen.push(count))()
    fresh.key('count').listen((count) => void seen.push(count))
    await flush()
    expect(mock.requests).toHaveLength(before)
    fresh.resume()
    await flush()
    expect(seen.at(-1)).toBe(1)
  })

  test('a resume that is too early pauses again', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unauthenticated', times: 2 })
    void session.set('count', 2)
    await flush()
    session.resume()
    await flush()
    expect(session.getSnapshot().status).toBe('needs-auth')
    session.resume()
    await session.settled()
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a log-in as the same keeps the log, a log-in as another drops it and says so', async () => {
    for (const [name, status] of [
      ['ann', 'resolved'],
      ['bob', 'rejected'],
    ] as const) {
      const { mock, session } = await begin({ count: 1 }, {}, { signedInAs: 'ann' })
      const ended = collect(session, 'ended')
      mock.next({ fault: 'unauthenticated', method: 'PATCH' })
      const written = follow(() => session.set('count', 2))
      await flush()
      await mock.signIn(name)
      session.resume()
      await advance(10_000)
      expect(written.status).toBe(status)
      expect(ended).toEqual(name === 'bob' ? [{ reason: 'replaced' }] : [])
      expect((await mock.data()).count).toBe(name === 'bob' ? undefined : 2)
    }
  })
})

describe('identity', () => {
  test('is undefined while not known, null for nobody, then the tag', async () => {
    const mock = createServer()
    const session = open(mock)
    expect(session.identity).toBeUndefined()
    await session.get('count')
    expect([session.identity, session.getSnapshot().identity]).toEqual([null, null])
    await mock.signIn('ann')
    await session.revalidate()
    expect([session.identity, session.getSnapshot().identity]).toEqual(['ann', 'ann'])
  })
})
