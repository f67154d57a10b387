// The shortest counterexamples of the journal, each as a story of pages that die. Without its rule each of them loses a write or stores it twice.
import { SessionUnknownFateError } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { advance, collect, createServer, flush, follow, inTime, traffic, useFakeTime } from '../client/harness.ts'
import { createBrowser } from './pages.ts'

useFakeTime()

type Initial = { count?: number; cart?: string[]; theme?: 'light' | 'dark'; note?: string }

/** A browser with one page that has loaded a session. */
async function begin(initial: Initial = { count: 1 }) {
  const mock = createServer({ initial })
  const browser = createBrowser(mock)
  const page = browser.open()
  await inTime(page.session.get('count'))
  browser.signPresence(page)
  await advance(50)
  return { mock, browser, page }
}

/** How many times each write of `count` by one was stored is seen in the number itself. */
const increment = (count: number): number => count + 1

describe('a write survives', () => {
  test('a crash while the browser is offline, and is stored once by the next page', async () => {
    const { mock, browser, page } = await begin()
    mock.offline()
    void page.session.set('count', 5)
    expect(await inTime(page.session.whenDurable())).toBe(true)
    expect(page.session.pending).toMatchObject([{ kind: 'set', durable: true, restored: false }])
    page.kill()
    const next = browser.open()
    expect(await inTime(next.session.get('count'))).toBe(5)
    expect(next.session.pending).toMatchObject([{ kind: 'set', keys: ['count'], durable: true, restored: true }])
    mock.online()
    await inTime(next.session.settled())
    expect(await mock.data()).toEqual({ count: 5 })
    await advance(1000)
    expect(browser.disk.logs).toMatchObject([{ log: [] }])
  })

  test('a crash while its commit is in flight and stored: the next page sends the same bytes and shows it once', async () => {
    const { mock, browser, page } = await begin()
    const held = mock.next('hold-answer')
    void page.session.update('count', increment)
    await held.reached()
    await advance(50)
    page.kill()
    await held.release()
    const next = browser.open()
    expect(await inTime(next.session.get('count'))).toBe(2)
    await inTime(next.session.settled())
    await flush()
    expect(await mock.data()).toEqual({ count: 2 })
    expect(next.session.peek('count')).toBe(2)
  })

  test('in each of two tabs that die offline: one is shown, both are stored', async () => {
    const { mock, browser, page } = await begin()
    const other = browser.open()
    await inTime(other.session.get('count'))
    mock.offline()
    void page.session.set('theme', 'dark')
    void other.session.set('note', 'mine')
    expect(await inTime(Promise.all([page.session.whenDurable(), other.session.whenDurable()]))).toEqual([true, true])
    page.kill()
    other.kill()
    const next = browser.open()
    await inTime(next.session.get('count'))
    mock.online()
    await inTime(next.session.settled())
    await advance(20_000)
    expect(await mock.data()).toEqual({ count: 1, theme: 'dark', note: 'mine' })
    expect(next.session.peek('note')).toBe('mine')
    expect(browser.disk.logs).toMatchObject([{ log: [] }])
  })
})

describe('what leaves when', () => {
  test('1: a durable write leaves only once its commit is on the disk too', async () => {
    const { mock, browser, page } = await begin()
    mock.offline()
    void page.session.update('count', increment)
    await inTime(page.session.whenDurable())
    mock.online()
    const held = mock.next('hold-answer')
    await inTime(held.reached())
    // The record knows the commit before the server does.
    expect(browser.disk.logs).toMatchObject([{ inFlight: { count: 1 }, log: [{ kind: 'update' }] }])
    page.kill()
    await held.release()
    const next = browser.open()
    await inTime(next.session.get('count'))
    await inTime(next.session.settled())
    expect([await mock.data(), next.session.peek('count')]).toEqual([{ count: 2 }, 2])
  })

  test('2: an ordinary write takes one put and does not wait for it', async () => {
    const { browser, page } = await begin()
    browser.disk.hangs = false
    const before = browser.disk.writes
    const written = follow(() => page.session.set('count', 2))
    await flush()
    expect(written.status).toBe('resolved')
    await advance(1000)
    expect(browser.disk.writes - before).toBe(1)
  })

  test('5: nothing is put before anything was loaded', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const browser = createBrowser(mock)
    mock.offline()
    const page = browser.open()
    void page.session.set('count', 5)
    await advance(1000)
    expect(browser.disk.logs).toEqual([])
    expect(await page.session.whenDurable()).toBe(false)
  })
})

describe('a log of a dead page', () => {
  test('3: goes under the client id and the bytes of the dead page', async () => {
    const { mock, browser, page } = await begin()
    mock.next('lose-answer')
    void page.session.update('count', increment)
    await flush()
    mock.offline()
    await advance(50)
    const [{ client } = { client: '' }] = browser.disk.logs
    page.kill()
    mock.online()
    const next = browser.open()
    await inTime(next.session.get('count'))
    await inTime(next.session.settled())
    expect(await mock.data()).toEqual({ count: 2 })
    expect(new Set(mock.requests.filter(({ method }) => method === 'PATCH').map(({ client }) => client))).toEqual(new Set([client]))
  })

  test('4: keeps its own base, so that a stored commit of another log is not shown twice', async () => {
    const { mock, browser, page } = await begin()
    const other = browser.open()
    await inTime(other.session.get('count'))
    const held = mock.next('hold-answer')
    void page.session.update('count', increment)
    await held.reached()
    await advance(50)
    page.kill()
    await held.release()
    // The other tab's response contains the stored commit.
    await inTime(other.session.set('theme', 'dark'))
    await advance(500)
    other.kill()
    const next = browser.open()
    await inTime(next.session.get('count'))
    const seen: number[] = [next.session.peek('count')]
    next.session.key('count').listen((count) => void seen.push(count))
    await advance(20_000)
    expect([await mock.data(), seen.filter((count) => count > 2)]).toEqual([{ count: 2, theme: 'dark' }, []])
  })

  test('6: is shown before the server responds only if the presence cookie names its session', async () => {
    const { mock, browser, page } = await begin({ count: 7 })
    await advance(500)
    page.kill()
    mock.offline()
    const shown = browser.open()
    shown.session.listen(() => {})
    await advance(100)
    expect([shown.session.peek('count'), shown.session.getSnapshot().status]).toEqual([7, 'ready'])
    shown.kill()
    browser.present = undefined
    const hidden = browser.open()
    hidden.session.listen(() => {})
    await advance(100)
    expect([hidden.session.peek('count'), hidden.session.getSnapshot().status]).toEqual([0, 'loading'])
  })

  test('10: gives unsent writes up if the server has later commits than the record', async () => {
    const { mock, browser, page } = await begin()
    mock.offline()
    void page.session.update('count', increment)
    await inTime(page.session.whenDurable())
    // The last put of a page that could not keep up: it knows the write, not the commit.
    const stale = [...browser.disk.tables.logs].map(([key, log]) => [key, { ...structuredClone(log), n: 0, inFlight: undefined }] as const)
    mock.online()
    await inTime(page.session.settled())
    page.kill()
    // The disk has lost what came later.
    browser.disk.tables.logs.clear()
    for (const [key, log] of stale) browser.disk.tables.logs.set(key, log)
    const next = browser.open()
    const rejected = collect(next.session, 'rejected')
    await inTime(next.session.get('count'))
    await advance(20_000)
    expect(await mock.data()).toEqual({ count: 2 })
    expect(rejected).toMatchObject([{ restored: true, keys: ['count'], error: expect.any(SessionUnknownFateError) }])
  })

  test('10: with an old commit in flight has an unknown outcome, all of it', async () => {
    const { mock, browser, page } = await begin()
    mock.offline()
    void page.session.update('count', increment)
    await advance(50)
    void page.session.update('count', increment)
    await inTime(page.session.whenDurable())
    const stale = structuredClone([...browser.disk.tables.logs])
    expect(stale).toMatchObject([[expect.any(String), { inFlight: { n: 1, count: 1 }, log: [{}, {}] }]])
    mock.online()
    await inTime(page.session.settled())
    page.kill()
    browser.disk.tables.logs.clear()
    for (const [key, log] of stale) browser.disk.tables.logs.set(key, log)
    const next = browser.open()
    const rejected = collect(next.session, 'rejected')
    await inTime(next.session.get('count'))
    await advance(20_000)
    expect([await mock.data(), next.session.peek('count')]).toEqual([{ count: 3 }, 3])
    expect(rejected).toMatchObject([{ error: { code: 'unknown-fate' } }, { error: { code: 'unknown-fate' } }])
    // And it goes on under another client id.
    await inTime(next.session.update('count', increment))
    expect(await mock.data()).toEqual({ count: 4 })
  })

  test('17: brings its fence along, so that a late copy of a refused commit is not stored', async () => {
    const { mock, browser, page } = await begin()
    mock.next('lose-answer')
    mock.offline()
    void page.session.set('count', 2)
    await inTime(page.session.whenDurable())
    const [log] = browser.disk.tables.logs.values()
    page.kill()
    // The page had superseded the commit, and died before its fence left.
    const client = browser.disk.logs[0]?.client ?? ''
    browser.disk.tables.logs.set(client, { ...log, log: [], inFlight: undefined, superseded: [], needsFence: true })
    mock.online()
    const sent = mock.requests.length
    const next = browser.open()
    await inTime(next.session.get('count'))
    await advance(1000)
    expect(traffic(mock, sent)).toContain('PATCH/1000001 200')
  })

  test.each([
    [
      '15: with a value that the schema refuses by now',
      { log: [{ kind: 'set', key: 'theme', value: 'blue', baseValue: 'dark' }] },
      'schema',
    ],
    ['15: with a key that the schema no longer has', { log: [{ kind: 'set', key: 'gone', value: 1 }] }, 'schema'],
    ['that is older than maxAgeMs', { savedAt: 0 }, 'too-old'],
  ])('%s is given up, and says so', async (_, change, reason) => {
    const { mock, browser, page } = await begin()
    mock.offline()
    void page.session.set('theme', 'dark')
    await inTime(page.session.whenDurable())
    page.kill()
    const [log] = browser.disk.tables.logs.values()
    const client = browser.disk.logs[0]?.client ?? ''
    browser.disk.tables.logs.set(client, { ...log, n: 0, inFlight: undefined, ...change })
    mock.online()
    const next = browser.open()
    const dropped = collect(next.session, 'dropped')
    await inTime(next.session.get('count'))
    await advance(5000)
    expect([await mock.data(), dropped]).toMatchObject([{ count: 1 }, [{ reason, count: 1 }]])
  })

  test('15: of a later layout is left alone', async () => {
    const { mock, browser, page } = await begin()
    await advance(500)
    page.kill()
    browser.disk.tables.logs.set('later', { format: 2, client: 'later', owner: 'x' })
    const next = browser.open()
    await inTime(next.session.get('count'))
    await advance(5000)
    expect(browser.disk.tables.logs.get('later')).toEqual({ format: 2, client: 'later', owner: 'x' })
    expect(await mock.data()).toEqual({ count: 1 })
  })

  test('12: is taken by one page of two that begin at once', async () => {
    const { mock, browser, page } = await begin()
    mock.offline()
    void page.session.update('count', increment)
    await inTime(page.session.whenDurable())
    page.kill()
    mock.online()
    const pages = [browser.open(), browser.open()]
    await inTime(Promise.all(pages.map(({ session }) => session.get('count'))))
    await inTime(Promise.all(pages.map(({ session }) => session.settled())))
    await advance(5000)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('13: whose commit was in flight ends with an unknown outcome, never as not stored', async () => {
    const { mock, browser, page } = await begin()
    mock.next('lose-answer')
    void page.session.set('count', 2)
    await flush()
    mock.offline()
    await advance(50)
    page.kill()
    const next = browser.open()
    const rejected = collect(next.session, 'rejected')
    await inTime(next.session.get('count'))
    void next.session.end()
    await inTime(advance(100))
    expect(rejected).toMatchObject([{ restored: true, error: { fate: 'unknown' } }])
  })

  test('16: does not store a number that was counted from an old one', async () => {
    const { mock, browser, page } = await begin({ count: 3 })
    mock.offline()
    void page.session.update('count', increment)
    await inTime(page.session.whenDurable())
    page.kill()
    mock.online()
    await mock.write({ count: 10 })
    const next = browser.open()
    const rejected = collect(next.session, 'rejected')
    await inTime(next.session.get('count'))
    await advance(5000)
    expect(await mock.data()).toEqual({ count: 10 })
    expect(rejected).toMatchObject([{ restored: true, error: { code: 'conflict', base: 3, mine: 4, theirs: 10 } }])
  })

  test('16: merges a list that two changed', async () => {
    const { mock, browser, page } = await begin({ count: 1, cart: ['tea'] })
    mock.offline()
    void page.session.update('cart', (cart) => [...cart, 'milk'])
    await inTime(page.session.whenDurable())
    page.kill()
    mock.online()
    await mock.write({ cart: ['tea', 'cake'] })
    const next = browser.open()
    await inTime(next.session.get('count'))
    await inTime(next.session.settled())
    await advance(5000)
    expect([...((await mock.data()).cart as string[])].sort()).toEqual(['cake', 'milk', 'tea'])
  })
})

describe('what is published as not stored', () => {
  test('8: is gone from the disk first', async () => {
    const { mock, browser, page } = await begin()
    mock.offline()
    const written = follow(() => page.session.set('count', 5))
    // Not yet in flight: the first attempt is over, and another write waits.
    await inTime(page.session.whenDurable())
    const second = follow(() => page.session.set('theme', 'dark'))
    await inTime(page.session.whenDurable())
    const before = browser.disk.logs[0]?.log.length
    expect(page.session.pending.at(-1)?.discard()).toBe(true)
    await flush()
    expect([second.status, browser.disk.logs[0]?.log.length]).toEqual(['pending', before])
    await advance(20)
    expect([second.status, browser.disk.logs[0]?.log.length, written.status]).toEqual(['rejected', (before ?? 0) - 1, 'pending'])
  })

  test('11: end() wipes the disk in every tab, and a put of another tab brings nothing back', async () => {
    const { mock, browser, page } = await begin()
    const other = browser.open()
    await inTime(other.session.get('count'))
    mock.offline()
    void other.session.set('theme', 'dark')
    await inTime(other.session.whenDurable())
    void page.session.end()
    await advance(50)
    void other.session.set('note', 'late')
    await advance(300)
    expect(browser.disk.logs).toEqual([])
    page.kill()
    other.kill()
    // The next page shows nothing of it, and sends the DELETE first.
    const sent = mock.requests.length
    mock.online()
    const next = browser.open()
    next.session.listen(() => {})
    await advance(100)
    expect(next.session.peek('count')).toBe(0)
    await inTime(next.session.settled())
    expect(traffic(mock, sent)[0]).toBe('DELETE 204')
    expect(await mock.data()).toEqual({})
  })
})

describe('a disk that fails', () => {
  test('9: leaves a mark, so that the next page gives the log up and sends nothing of it', async () => {
    const marks = new Map<string, string>()
    const storage = {
      getItem: (key: string) => marks.get(key) ?? null,
      setItem: (key: string, value: string) => void marks.set(key, value),
      removeItem: (key: string) => void marks.delete(key),
    }
    Object.assign(globalThis, { localStorage: storage })
    const { mock, browser, page } = await begin()
    const journal = collect(page.session, 'journal')
    mock.offline()
    void page.session.update('count', increment)
    await inTime(page.session.whenDurable())
    browser.disk.refusal = new DOMException('No room.', 'QuotaExceededError')
    mock.online()
    await inTime(page.session.settled())
    expect([page.session.journal, journal]).toEqual(['memory', [{ state: 'memory', reason: 'QuotaExceededError' }]])
    page.kill()
    browser.disk.refusal = undefined
    const next = browser.open()
    const dropped = collect(next.session, 'dropped')
    await inTime(next.session.get('count'))
    await advance(5000)
    expect([await mock.data(), dropped]).toEqual([{ count: 2 }, [{ reason: 'behind', count: 1, keys: ['count'], values: { count: 2 } }]])
    Reflect.deleteProperty(globalThis, 'localStorage')
  })

  test('that never opens leaves the client without a journal after two seconds', async () => {
    const mock = createServer({ initial: { count: 1 } })
    const browser = createBrowser(mock)
    const page = browser.open({}, { openDisk: () => new Promise(() => {}) })
    expect(page.session.journal).toBe('off')
    const count = follow(() => page.session.get('count'))
    await advance(1900)
    expect([count.status, page.session.journal]).toEqual(['pending', 'opening'])
    await advance(200)
    expect([count.value, page.session.journal]).toEqual([1, 'memory'])
    expect(await inTime(page.session.set('count', 2))).toBeUndefined()
  })

  test('that is full keeps what it has, and new writes stay in memory', async () => {
    const { mock, browser } = await begin()
    const page = browser.open({}, { maxBytes: 2000 })
    await inTime(page.session.get('count'))
    await advance(50)
    const journal = collect(page.session, 'journal')
    mock.offline()
    void page.session.set('count', 2)
    expect(await inTime(page.session.whenDurable())).toBe(true)
    void page.session.set('note', 'x'.repeat(2000))
    expect(await inTime(page.session.whenDurable())).toBe(false)
    expect(page.session.pending.map(({ durable }) => durable)).toEqual([true, false])
    expect(journal).toEqual([{ state: 'on', reason: 'full' }])
    mock.online()
    await inTime(page.session.settled())
    expect(await mock.data()).toMatchObject({ count: 2, note: 'x'.repeat(2000) })
  })

  test('that hangs later keeps no write from the server', async () => {
    const { mock, browser, page } = await begin()
    browser.disk.hangs = true
    void page.session.set('count', 2)
    await advance(30)
    void page.session.set('count', 3)
    await inTime(page.session.settled())
    expect(await mock.data()).toEqual({ count: 3 })
  })
})

describe('the browser has another session by now', () => {
  test('14: an anonymous write without a session never goes to who signed in', async () => {
    const mock = createServer()
    const browser = createBrowser(mock)
    const page = browser.open()
    await inTime(page.session.get('count'))
    mock.offline()
    void page.session.set('note', 'anonymous')
    expect(await inTime(page.session.whenDurable())).toBe(true)
    page.kill()
    mock.online()
    await mock.signIn('ann')
    const next = browser.open()
    const dropped = collect(next.session, 'dropped')
    await inTime(next.session.get('count'))
    await advance(20_000)
    expect([await mock.data(), dropped]).toEqual([
      {},
      [{ reason: 'other-visitor', count: 1, keys: ['note'], values: { note: 'anonymous' } }],
    ])
  })

  test('a log of a session that is gone is given up, and says so', async () => {
    const { mock, browser, page } = await begin()
    mock.offline()
    void page.session.set('count', 5)
    await inTime(page.session.whenDurable())
    page.kill()
    browser.present = undefined
    mock.online()
    await mock.flush()
    const next = browser.open()
    const dropped = collect(next.session, 'dropped')
    expect(await inTime(next.session.get('count'))).toBe(0)
    await advance(20_000)
    expect(browser.disk.logs.flatMap(({ log }) => log)).toEqual([])
    expect(dropped).toEqual([{ reason: 'ended', count: 1, keys: ['count'], values: { count: 5 } }])
  })
})
