// Holds `setExpiry`, `touch`, `cycleKey` and the events of expiry.
import { describe, expect, test, vi } from 'vitest'
import { advance, begin, collect, commits, createServer, errorOf, flush, open, traffic, useFakeTime } from './harness.ts'

useFakeTime()

describe('setExpiry', () => {
  test.each([
    ['milliseconds', 300_000, 300],
    ['milliseconds, to whole seconds', 1_499, 1],
    ["the browser's end", 'browser-close', 0],
    ["the server's policy", 'default', null],
  ] as const)('takes %s', async (_, expiry, wire) => {
    const { mock, session } = await begin({ count: 1 })
    await session.setExpiry(expiry)
    expect(commits(mock)).toMatchObject([{ expiry: wire }])
    expect(commits(mock)[0]).not.toHaveProperty('expect')
  })

  test('takes a date, which becomes seconds at the call', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.setExpiry(new Date(Date.now() + 90_000))
    expect(commits(mock)).toMatchObject([{ expiry: 90 }])
    expect(session.expiry).toEqual({ remainingMs: 90_000, atBrowserClose: false })
  })

  test.each<[string, number | Date]>([
    ['zero', 0],
    ['less than half a second', 499],
    ['a negative number', -5_000],
    ['not a number', Number.NaN],
    ["infinity, which JSON would turn into the server's policy", Number.POSITIVE_INFINITY],
    ['more than any integer', Number.MAX_VALUE],
    ['a date that is over', new Date(0)],
    ['an invalid date', new Date('nonsense')],
  ])('refuses %s at the call', async (_, expiry) => {
    const { mock, session } = await begin({ count: 1 })
    expect(await errorOf(() => session.setExpiry(expiry))).toMatchObject({ code: 'usage' })
    expect(session.pending).toEqual([])
    await flush()
    expect(commits(mock)).toEqual([])
  })

  test('the last of a tick is sent', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.setExpiry(60_000)
    void session.setExpiry('browser-close')
    await session.setExpiry(120_000)
    expect(commits(mock)).toMatchObject([{ expiry: 120 }])
  })

  test('to the end of the browser shows in expiry, and the cookie goes with it', async () => {
    const { mock, session } = await begin({ count: 1 })
    await session.setExpiry('browser-close')
    expect(session.expiry?.atBrowserClose).toBe(true)
    mock.restart()
    await session.revalidate()
    await advance(3_000)
    expect(await mock.data()).toEqual({})
  })
})

describe('touch and cycleKey', () => {
  test('touch sends a commit without content, extends the expiry and never conflicts', async () => {
    const { mock, session } = await begin({ count: 1 }, { conflict: 'reject' }, { maxAgeMs: 100_000 })
    await advance(40_000)
    expect(session.expiry?.remainingMs).toBe(60_000)
    mock.next({ fault: 'write-beside', write: { count: 9 }, method: 'PATCH' })
    await session.touch()
    expect(commits(mock)).toHaveLength(1)
    expect(Object.keys(commits(mock)[0] ?? {}).sort()).toEqual(['after', 'base', 'lineage', 'n', 'status'])
    expect(session.expiry?.remainingMs).toBe(100_000)
  })

  test('touch and a write of the same tick are one commit', async () => {
    const { mock, session } = await begin({ count: 1 })
    void session.touch()
    await session.set('count', 2)
    expect(commits(mock)).toHaveLength(1)
  })

  test('cycleKey changes the cookie and keeps lineage and data', async () => {
    const { mock, session } = await begin({ count: 1 })
    const [cookie, lineage] = [mock.cookies[0]?.value, await mock.lineage()]
    await session.cycleKey()
    expect(mock.cookies[0]?.value).not.toBe(cookie)
    expect(await mock.lineage()).toBe(lineage)
    await session.set('count', 2)
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

describe('expiry', () => {
  test('is null before the first data and for a visitor without a session', async () => {
    const session = open(createServer())
    expect(session.expiry).toBeNull()
    await session.get('count')
    expect(session.expiry).toBeNull()
    await session.set('count', 1)
    expect(session.expiry).toEqual({ remainingMs: 1_209_600_000, atBrowserClose: false })
  })

  test('expiring is reported once, a minute before the end, with what is left', async () => {
    const { session } = await begin({ count: 1 }, {}, { maxAgeMs: 200_000 })
    const expiring = collect(session, 'expiring')
    await advance(139_999)
    expect(expiring).toEqual([])
    await advance(1)
    expect(expiring).toEqual([{ remainingMs: 60_000, atBrowserClose: false }])
    await advance(30_000)
    expect(expiring).toHaveLength(1)
  })

  test('expiring is reported again after a write that extended the session', async () => {
    const { session } = await begin({ count: 1 }, { expiringMs: 10_000 }, { maxAgeMs: 100_000 })
    const expiring = collect(session, 'expiring')
    await advance(95_000)
    await session.touch()
    await advance(90_000)
    expect(expiring.map(({ remainingMs }) => remainingMs)).toEqual([10_000, 10_000])
  })

  test('the server is asked before the end is believed, and a session that somebody extended lives on', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { maxAgeMs: 100_000 })
    const ended = collect(session, 'ended')
    await advance(50_000)
    await mock.write({ count: 2 }) // slides the expiry, as another device does
    await advance(50_000)
    expect(traffic(mock, 1)).toEqual(['GET 200'])
    expect(session.expiry?.remainingMs).toBe(50_000)
    expect(session.peek('count')).toBe(2)
    expect(ended).toEqual([])
  })

  test('a session that is over ends with the reason expired, and what was pending with it', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { maxAgeMs: 100_000 })
    const ended = collect(session, 'ended')
    await advance(104_000)
    expect(ended).toEqual([{ reason: 'expired' }])
    expect(session.peek('count')).toBe(0)
    expect(session.expiry).toBeNull()
    void session.set('count', 5)
    await advance(10_000)
    expect(await mock.data()).toEqual({ count: 5 })
  })

  test('a lifetime beyond 2^31 - 1 ms does not fire at once', async () => {
    const days = 86_400_000
    const { mock, session } = await begin({ count: 1 }, {}, { maxAgeMs: 60 * days })
    const expiring = collect(session, 'expiring')
    await advance(10_000)
    expect(traffic(mock)).toEqual(['GET 200'])
    await advance(59 * days)
    expect(expiring).toEqual([])
    await advance(1 * days)
    expect(expiring).toHaveLength(1)
  })

  test('a wall clock that is wrong, or is set in between, changes nothing', async () => {
    let serverNow = 1_000_000
    const { mock, session } = await begin({ count: 1 }, {}, { maxAgeMs: 200_000, now: () => serverNow })
    const expiring = collect(session, 'expiring')
    vi.setSystemTime(Date.now() + 2 * 3_600_000)
    await advance(139_000)
    expect([expiring, traffic(mock)]).toEqual([[], ['GET 200']])
    await advance(1_000)
    expect(expiring).toHaveLength(1)
    serverNow += 199_000
    await advance(60_000)
    expect(session.expiry?.remainingMs).toBe(1_000)
  })

  test('reading never extends the session', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { maxAgeMs: 100_000 })
    for (let minute = 0; minute < 9; minute++) {
      await advance(10_000)
      await session.revalidate()
    }
    expect(session.expiry?.remainingMs).toBe(10_000)
    await advance(14_000)
    expect(await mock.lineage()).toBeNull()
  })
})

describe('a laptop that sleeps', () => {
  /** A clock whose timers stand still while it sleeps; `now` may go on, as in some browsers, or not. */
  function createSleepyClock() {
    let now = 0
    const timers = new Map<number, { readonly at: number; readonly run: () => void }>()
    let next = 0
    return {
      clock: {
        now: () => now,
        setTimeout(run: () => void, delayMs: number) {
          timers.set(++next, { at: now + delayMs, run })
          return next
        },
        clearTimeout: (handle: unknown) => void timers.delete(handle as number),
      },
      sleep(ms: number) {
        now += ms
      },
      async wake() {
        for (const [id, { at, run }] of [...timers]) {
          if (at > now) continue
          timers.delete(id)
          run()
        }
        await flush()
      },
    }
  }

  test('over its expiry asks the server when it wakes, and ends only by its response', async () => {
    const { clock, sleep, wake } = createSleepyClock()
    let serverNow = 0
    const { mock, session } = await begin({ count: 1 }, { clock }, { maxAgeMs: 100_000, now: () => serverNow })
    const ended = collect(session, 'ended')
    const expiring = collect(session, 'expiring')
    sleep(150_000)
    serverNow = 150_000
    expect(session.expiry?.remainingMs).toBe(0)
    await wake()
    expect([expiring, ended]).toEqual([[], []])
    sleep(3_000)
    await wake()
    expect(ended).toEqual([{ reason: 'expired' }])
    expect(mock.requests.at(-1)?.method).toBe('GET')
  })

  test('whose other device kept the session alive finds it alive', async () => {
    const { clock, sleep, wake } = createSleepyClock()
    let serverNow = 0
    const { mock, session } = await begin({ count: 1 }, { clock }, { maxAgeMs: 100_000, now: () => serverNow })
    const ended = collect(session, 'ended')
    serverNow = 90_000
    await mock.write({ count: 2 })
    serverNow = 120_000
    sleep(120_000)
    await wake()
    expect(ended).toEqual([])
    expect(session.peek('count')).toBe(2)
    expect(session.expiry?.remainingMs).toBe(70_000)
  })
})
