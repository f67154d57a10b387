// Plays counterexamples of the protocol's review that concern sessions and keys.
import { describe, expect, test } from 'vitest'
import {
  advance,
  begin,
  collect,
  commits,
  createHub,
  createLocks,
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

const withIdentity = { signedInAs: 'ann' }

describe('1: versions of two lineages', () => {
  test('are never the same, so a conditional read cannot be answered by another session', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const phone = mock.browser()
    const [one, two] = [open(mock), open({ ...phone, url: mock.url })]
    for (const session of [one, two]) await inTime(session.set('theme', 'dark'))
    const versions = [one, two].map((session) => session.dehydrate()?.state.version)
    expect(versions[0]).not.toBe(versions[1])
    await mock.flush()
    await mock.write({ count: 9 }) // the very first write of another lineage, as the first one's was
    await inTime(one.revalidate())
    await advance(5_000)
    expect(one.peek('count')).toBe(9)
    expect(traffic(mock).filter((line) => line === 'GET 304')).toEqual([])
  })
})

describe('2: a 410 to an old cookie', () => {
  test('ends no living session: the confirming read shows the lineage under its new key', async () => {
    const { mock, session } = await begin({ count: 1 })
    const hub = createHub()
    const other = open(mock, { channel: hub.channel })
    await other.get('count')
    const ended = [collect(session, 'ended'), collect(other, 'ended')]
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const written = follow(() => session.update('count', (count) => count + 1))
    await held.reached()
    await mock.signIn('ann') // by a form, outside exclusive
    await held.release()
    await advance(10_000)
    expect([written.status, ended]).toEqual(['resolved', [[], []]])
    expect(commits(mock).map(({ n, status }) => [n, status])).toEqual([
      [1, 410],
      [1, 200],
    ])
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('nor does an empty state that was read with it', async () => {
    const { mock, session } = await begin({ count: 1 })
    const ended = collect(session, 'ended')
    const held = mock.next('hold')
    void session.revalidate()
    await held.reached()
    await mock.rotateKey()
    await held.release()
    await advance(10_000)
    expect([ended, session.peek('count')]).toEqual([[], 1])
  })
})

describe('3: a first commit with a key that is unknown', () => {
  test('buries no living session: it creates nothing until the key was looked at twice', async () => {
    const mock = createServer()
    await mock.write({ count: 5 })
    await mock.expire()
    const session = open(mock)
    await session.get('count')
    const before = await mock.lineage()
    expect(before).toBeNull()
    const held = mock.next({ fault: 'hold', method: 'PATCH' })
    const written = follow(() => session.update('count', (count) => count + 1))
    await held.reached()
    // A log-in lands meanwhile, and its cookie replaces the unknown one.
    await mock.write({ count: 40 })
    const living = await mock.lineage()
    await held.release()
    await advance(10_000)
    expect([written.status, await mock.lineage(), await mock.data()]).toEqual(['resolved', living, { count: 41 }])
    expect(commits(mock)[0]?.status).toBe(409)
  })

  test('creates one under a new key where it stays unknown', async () => {
    const mock = createServer()
    await mock.write({ count: 5 })
    await mock.expire()
    const session = open(mock)
    const written = follow(() => session.set('count', 1))
    await advance(10_000)
    expect(written.status).toBe('resolved')
    expect(commits(mock)).toMatchObject([{ status: 409 }, { status: 200, fresh: true }])
    expect(await mock.data()).toEqual({ count: 1 })
  })
})

describe('4: an end', () => {
  test('that is late, or sent twice, cannot kill the session of a log-in that came between', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, withIdentity)
    mock.next({ fault: 'lose-answer', method: 'DELETE' })
    const outcome = follow(() => session.end())
    await flush()
    await mock.signIn('bob')
    await mock.write({ count: 7 })
    await advance(30_000)
    expect([outcome.status, await mock.identity(), await mock.data()]).toEqual(['resolved', 'bob', { count: 7 }])
    expect(mock.requests.filter(({ method }) => method === 'DELETE').every(({ headers }) => headers['session-lineage'])).toBe(true)
  })

  test('with a key that was rotated away is not taken for done: it is sent again with the new one', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold', method: 'DELETE' })
    const outcome = follow(() => session.end())
    await held.reached()
    await mock.signIn('ann')
    await held.release()
    await advance(10_000)
    expect([outcome.status, await mock.lineage()]).toEqual(['resolved', null])
  })
})

describe('11: a session that other code made', () => {
  test('has a lineage that reading neither stores nor changes', async () => {
    const mock = createServer()
    await mock.write({ count: 1 })
    const cookies = JSON.stringify(mock.cookies)
    const [one, two] = [open(mock), open(mock)]
    await Promise.all([one.get('count'), two.get('count')])
    const lineages = [one, two].map((session) => session.dehydrate()?.state.lineage)
    expect(lineages[0]).toEqual(expect.any(String))
    expect(lineages[0]).toBe(lineages[1])
    await one.set('count', 2)
    expect(one.dehydrate()?.state.lineage).toBe(lineages[0])
    expect(JSON.stringify(mock.cookies)).toBe(cookies)
  })
})

describe('18: a null base', () => {
  test('adopts any lineage, and replays the log on it', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.get('count')
    mock.offline()
    const written = follow(() => session.update('count', (count) => count + 1))
    await advance(1_000)
    await mock.write({ count: 10 })
    mock.online()
    await advance(60_000)
    expect([written.status, await mock.data()]).toEqual(['resolved', { count: 11 }])
  })

  test('adopts none with an identity that appeared outside exclusive while something was pending', async () => {
    const mock = createServer()
    const session = open(mock)
    await session.get('count')
    mock.offline()
    const written = follow(() => session.set('note', "somebody's"))
    await advance(1_000)
    await mock.signIn('ann')
    mock.online()
    await advance(60_000)
    expect(written.error).toMatchObject({ code: 'ended', reason: 'replaced' })
    expect(await mock.data()).toEqual({})
  })
})

describe('19: a 410 after an attempt of unknown fate', () => {
  test('says that the outcome is unknown', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'lose-answer', method: 'PATCH', times: 2 })
    const written = follow(() => session.set('count', 2))
    await advance(1)
    await mock.flush()
    await advance(60_000)
    expect(written.error).toMatchObject({ code: 'ended', fate: 'unknown' })
  })
})

describe('21: exclusive', () => {
  test('refuses to wait for a write inside, which waits for it', async () => {
    const { session } = await begin({ count: 1 })
    const result = follow(() => session.exclusive(async () => void (await session.set('count', 2)), { timeoutMs: 1_000 }))
    await advance(1_000)
    expect(result.error).toMatchObject({ code: 'usage' })
  })

  test('holds a tab that is opened while it runs', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const options = { channel: createHub().channel, locks: createLocks().locks }
    const one = open(mock, options)
    await one.get('count')
    let finish: () => void = () => {}
    void one.exclusive(() => new Promise<void>((resolve) => (finish = resolve)))
    await advance(100)
    const two = open(mock, options)
    const written = follow(() => two.set('count', 2))
    await advance(5_000)
    expect([written.status, commits(mock)]).toEqual(['pending', []])
    finish()
    await advance(1_000)
    expect(written.status).toBe('resolved')
  })
})
