// Plays counterexamples of the protocol's review that concern requests and responses.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, createHub, createServer, follow, inTime, open, traffic, useFakeTime } from '../client/harness.ts'

// The counterexamples of the protocol's review, by their numbers: each broke a draft, and the rule in it mends that.
useFakeTime()

describe('12: a save of the whole', () => {
  test('by other code moves the version, so that no conditional read keeps a wrong state', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.set('count', 2)
    await mock.writeWire(() => ({ count: 1 })) // the old dict again
    await session.revalidate()
    expect(session.peek('count')).toBe(1)
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

describe('13: a 304 has no token', () => {
  test('so the read for a new one is unconditional, though nothing else changed', async () => {
    const mock = createServer({ initial: { count: 1 }, csrf: true })
    const session = open(mock)
    await session.get('count')
    mock.rotateCsrf()
    await session.set('count', 2)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 403', 'GET 200', 'PATCH/1 200'])
  })
})

describe('14: a poisonous commit', () => {
  test.each([400, 403, 404, 500])('answered by a page with %i each time blocks the log for a while, not forever', async (status) => {
    const mock = createServer({ initial: { count: 1 } })
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      const isPoison = request.method === 'PATCH' && (await request.clone().text()).includes('poison')
      return isPoison ? new Response('<h1>No</h1>', { status, headers: { 'Content-Type': 'text/html' } }) : mock.fetch(request)
    }
    const session = open(mock, { fetch })
    await session.get('count')
    const poison = follow(() => session.set('note', 'poison'))
    const good = [follow(() => session.set('count', 2)), follow(() => session.set('theme', 'dark'))]
    await advance(600_000)
    expect(poison.error).toMatchObject({ code: 'unknown-fate' })
    expect(good.map((outcome) => outcome.status)).toEqual(['resolved', 'resolved'])
    expect(await mock.data()).toEqual({ count: 2, theme: 'dark' })
  })
})

describe('15: the end of an exchange', () => {
  test('a read between attempts of unknown outcome shows the effect once, not in the base and in the log', async () => {
    const { mock, session } = await begin({ count: 1 })
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    mock.next({ fault: 'lose-answer', method: 'PATCH', times: 2 })
    mock.next({ fault: 'unauthenticated', method: 'PATCH' })
    void session.update('count', (count) => count + 1)
    await advance(5_000)
    session.resume()
    await inTime(session.settled())
    expect([seen, await mock.data()]).toEqual([[2], { count: 2 }])
  })

  test.each([
    [false, 'rejected'],
    [true, 'unknown-fate'],
  ])('a second csrf rejects the commit; its outcome is unknown if an attempt before it may be stored (%s)', async (isLost, code) => {
    const { mock, session } = await begin({ count: 1 })
    if (isLost) mock.next({ fault: 'server-error', method: 'PATCH' })
    mock.next({ fault: 'csrf', method: 'PATCH', times: 2 })
    const written = follow(() => session.set('count', 2))
    await advance(60_000)
    expect(written.error).toMatchObject({ code })
  })

  test.each(['rate-limited', 'unauthenticated'] as const)(
    '%s says that nothing was stored, unless an attempt before it is of unknown fate',
    async (fault) => {
      for (const [isLost, fate] of [
        [false, 'not-stored'],
        [true, 'unknown'],
      ] as const) {
        const { mock, session } = await begin({ count: 1 })
        if (isLost) mock.next({ fault: 'server-error', method: 'PATCH' })
        mock.next({ fault, method: 'PATCH' })
        const written = follow(() => session.set('count', 2))
        await advance(isLost ? 600 : 10)
        await mock.flush()
        session.resume()
        await advance(60_000)
        expect(written.error).toMatchObject({ code: 'ended', fate })
      }
    },
  )
})

describe('16: messages of other tabs', () => {
  test('that tell of a state before ours do not bring it back', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const hub = createHub()
    const session = open(mock, { channel: hub.channel })
    await session.get('count')
    const states = [session.dehydrate()?.state]
    for (const count of [2, 3]) {
      await inTime(session.set('count', count))
      states.push(session.dehydrate()?.state)
    }
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    for (let at = 1; at < states.length; at++) hub.say({ from: states[at - 1]?.version, state: states[at] })
    await advance(1_000)
    expect([seen, session.peek('count')]).toEqual([[], 3])
  })
})

describe('20: what a commit expects', () => {
  test("never names a key of the server's own, and listing keys expects the base", async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { signedInAs: 'ann' })
    await session.set('count', 2)
    await session.transaction((tx) => tx.set('count', tx.keys().length + 10))
    await session.clear()
    const expected = commits(mock).map((commit) => (commit as { expect?: unknown }).expect)
    expect(expected[0]).toEqual({ count: expect.any(String) })
    expect(expected.slice(1)).toEqual(['base', 'base'])
    expect(await mock.identity()).toBe('ann')
  })

  test('a commit without a net effect is not sent', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.set('count', 2)
    await session.set('count', 1)
    expect(commits(mock)).toEqual([])
  })

  test('theirs resolves with the stored value, and raises conflict', async () => {
    const { mock, session } = await begin({ count: 1 }, { conflict: 'theirs' })
    const conflicts = collect(session, 'conflict')
    mock.next({ fault: 'write-beside', write: { count: 9 }, method: 'PATCH' })
    await session.set('count', 2)
    expect([session.peek('count'), conflicts.length, await mock.data()]).toEqual([9, 1, { count: 9 }])
  })
})

describe('23: small things', () => {
  test('a date for the expiry becomes seconds at the call, so a wrong local clock costs nothing while it waits', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'hold', method: 'PATCH' })
    const written = session.setExpiry(new Date(Date.now() + 120_000))
    await advance(5_000)
    await mock.release()
    await inTime(written)
    expect(commits(mock)[0]).toMatchObject({ expiry: 120 })
  })
})
