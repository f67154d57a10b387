import { describe, expect, test } from 'vitest'
import {
  advance,
  begin,
  collect,
  commits,
  createHub,
  createServer,
  flush,
  follow,
  inTime,
  open,
  traffic,
  useFakeTime,
} from '../client/harness.ts'

// The counterexamples of the protocol's review, by their numbers: each broke a draft, and the rule in it mends that.
useFakeTime()

describe('5: a refused commit', () => {
  test('whose copy arrives late is never stored, though its tag came back', async () => {
    const { mock, session } = await begin({ count: 1 })
    // The first copy meets theirs and is refused; a second waits in the network.
    await mock.write({ count: 50 })
    const copy = mock.next({ fault: 'late-copy', method: 'PATCH' })
    mock.next({ fault: 'hold', method: 'PATCH' })
    const updated = follow(() => session.update('count', (count) => count + 1))
    await flush()
    expect(commits(mock)[0]?.status).toBe(409)
    await mock.write({ count: 1 }) // the tag of the base of commit 1 is back
    await copy.release()
    await mock.release()
    await inTime(session.settled())
    expect(updated.status).toBe('resolved')
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

describe('6: a number that is stored already', () => {
  test('a late copy of an earlier commit is refused and changes nothing', async () => {
    const { mock, session } = await begin({ count: 0 })
    const copy = mock.next({ fault: 'late-copy', method: 'PATCH' })
    await session.update('count', (count) => count + 1)
    await session.update('count', (count) => count + 1)
    await copy.release()
    expect(mock.requests.find(({ n }) => n === 1)?.served).toEqual([200, 422])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('a first commit whose cookie arrived but whose body was lost runs once', async () => {
    const mock = createServer()
    const session = open(mock)
    mock.next({ fault: 'break-answer', method: 'PATCH' })
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('two tabs never share a client id, so that each commit of both is stored', async () => {
    const mock = createServer({ initial: { count: 0 } })
    const tabs = [open(mock), open(mock)]
    for (const tab of tabs) await inTime(tab.update('count', (count) => count + 1))
    expect(new Set(commits(mock).map((_, at) => mock.requests.filter(({ method }) => method === 'PATCH')[at]?.client)).size).toBe(2)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('two that were given one id notice it: the second goes on as another', async () => {
    const mock = createServer({ initial: { count: 0 } })
    const ids = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBB']
    const one = open(mock, { createClientId: () => 'AAAAAAAAAAAAAAAAAAAAAA' })
    const two = open(mock, { createClientId: () => ids.shift() ?? 'CCCCCCCCCCCCCCCCCCCCCC' })
    await Promise.all([one.get('count'), two.get('count')])
    await inTime(one.set('theme', 'dark'))
    await inTime(two.update('count', (count) => count + 1))
    expect(await mock.data()).toEqual({ theme: 'dark', count: 1 })
  })
})

describe('7: a client that the server forgot', () => {
  test('whose commit of unknown fate had been stored does not run it twice, and says that it does not know', async () => {
    const { mock, session } = await begin({ count: 0 })
    mock.next({ fault: 'lose-answer', method: 'PATCH', times: 2 })
    const updated = follow(() => session.update('count', (count) => count + 1))
    await advance(1)
    expect(await mock.data()).toEqual({ count: 1 })
    mock.next({ fault: 'hold', method: 'PATCH' })
    await advance(2_000)
    for (let others = 0; others < 70; others++) {
      const other = open(mock)
      await inTime(other.set('note', `${others}`))
      other.dispose()
    }
    await mock.release()
    await advance(60_000)
    expect(updated.error).toMatchObject({ code: 'unknown-fate' })
    expect(await mock.data()).toEqual({ count: 1, note: '69' })
    await inTime(session.update('count', (count) => count + 1))
    expect(await mock.data()).toMatchObject({ count: 2 })
  })
})

describe('8: cycleKey', () => {
  test('whose answer is lost, cookie and all, loses no session', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    const lineage = await mock.lineage()
    mock.next({ fault: 'lose-answer', method: 'PATCH' })
    await inTime(session.cycleKey())
    await inTime(session.set('count', 2))
    expect([ended, await mock.lineage(), await mock.data()]).toEqual([[], lineage, { count: 2 }])
  })
})

describe('9: leaving the page', () => {
  test('a later commit never overtakes one that is under way', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    void session.set('count', 2)
    await held.reached()
    void session.set('count', 3)
    void session.settled()
    await flush()
    expect(commits(mock).map(({ n }) => n)).toEqual([1])
    await held.release()
    await inTime(session.settled())
    expect(commits(mock).map(({ n }) => n)).toEqual([1, 2])
  })
})

describe('10: a late cookie of a first commit', () => {
  test("that was given up is nobody's: the session that was acknowledged stays reachable", async () => {
    const mock = createServer()
    const session = open(mock, { timeoutMs: 2_000 })
    await session.get('count')
    const held = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    const written = follow(() => session.set('count', 1))
    await advance(10_000)
    expect(written.status).toBe('resolved')
    const [lineage, cookies] = [await mock.lineage(), JSON.stringify(mock.cookies)]
    await held.release()
    await flush()
    expect([await mock.lineage(), JSON.stringify(mock.cookies), await mock.data()]).toEqual([lineage, cookies, { count: 1 }])
  })
})

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
  test.each([400, 403, 404, 500])('answered by a page with %i each time blocks the log for a while, not for ever', async (status) => {
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
  test('a read between attempts of unknown fate shows the effect once, not in the base and in the log', async () => {
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

  test.each(['rate-limited', 'unauthenticated', 'csrf'] as const)(
    '%s says that nothing was stored, unless an attempt before it is of unknown fate',
    async (fault) => {
      for (const [isLost, fate] of [
        [false, 'not-stored'],
        [true, 'unknown'],
      ] as const) {
        const { mock, session } = await begin({ count: 1 })
        if (isLost) mock.next({ fault: 'server-error', method: 'PATCH' })
        mock.next({ fault, method: 'PATCH', times: fault === 'csrf' ? 2 : 1 }) // the first is renewed at once
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
