// Plays counterexamples of the protocol's review that concern commits.
import { describe, expect, test } from 'vitest'
import { advance, begin, collect, commits, createServer, flush, follow, inTime, open, useFakeTime } from '../client/harness.ts'

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
  test('whose commit of unknown outcome had been stored does not run it twice, and says that it does not know', async () => {
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
  test('whose response is lost, cookie and all, loses no session', async () => {
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
  test('a later commit never overtakes one that is in flight', async () => {
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
