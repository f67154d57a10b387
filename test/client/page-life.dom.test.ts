// Holds what focus, visibility, connection and page events cause.
import type { SessionLocks } from 'sojourn'
import { describe, expect, test, vi } from 'vitest'
import {
  advance,
  begin,
  collect,
  createHub,
  createLocks,
  createServer,
  flush,
  follow,
  inTime,
  open,
  type Session,
  traffic,
  useFakeTime,
} from './harness.ts'

useFakeTime()

const focus = (): void => void window.dispatchEvent(new Event('focus'))
const online = (): void => void window.dispatchEvent(new Event('online'))
const page = (type: 'pagehide' | 'pageshow', persisted: boolean): void =>
  void window.dispatchEvent(Object.assign(new Event(type), { persisted }))

describe('focus', () => {
  test('refetches, conditionally, and shows what changed', async () => {
    const { mock, session } = await begin({ count: 1 })
    await mock.write({ count: 2 })
    focus()
    await flush()
    expect([traffic(mock, 1), session.peek('count')]).toEqual([['GET 200'], 2])
  })

  test('is throttled to five seconds: delayed, never dropped', async () => {
    const { mock } = await begin({ count: 1 })
    focus()
    await flush()
    for (let times = 0; times < 10; times++) {
      await advance(100)
      focus()
    }
    expect(traffic(mock, 1)).toEqual(['GET 304'])
    await advance(3_900)
    expect(traffic(mock, 1)).toEqual(['GET 304'])
    await advance(200)
    expect(traffic(mock, 1)).toEqual(['GET 304', 'GET 304'])
    await advance(60_000)
    expect(traffic(mock, 1)).toHaveLength(2)
  })

  test('and visibilitychange of one look at the page are one request', async () => {
    const { mock } = await begin({ count: 1 })
    document.dispatchEvent(new Event('visibilitychange'))
    focus()
    await flush()
    expect(traffic(mock, 1)).toEqual(['GET 304'])
  })

  test('never extends the session', async () => {
    const { session } = await begin({ count: 1 }, {}, { maxAgeMs: 100_000 })
    await advance(30_000)
    focus()
    await flush()
    expect(session.expiry?.remainingMs).toBe(70_000)
  })

  test('does nothing to a client that nobody has used', async () => {
    const mock = createServer({ initial: { count: 1 } })
    open(mock)
    focus()
    online()
    await advance(10_000)
    expect(mock.requests).toEqual([])
  })
})

describe('online', () => {
  test('tries at once what waits for the network, commits before reads', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.offline()
    const written = follow(() => session.set('count', 2))
    await advance(20_000)
    await mock.write({ theme: 'dark' })
    mock.online()
    const before = mock.requests.length
    online()
    await flush()
    expect(written.status).toBe('resolved')
    expect(traffic(mock, before)[0]).toBe('PATCH/1 200')
    expect([session.peek('count'), session.peek('theme')]).toEqual([2, 'dark'])
  })

  test('of a client that has nothing to send refetches', async () => {
    const { mock } = await begin({ count: 1 })
    online()
    await flush()
    expect(traffic(mock, 1)).toEqual(['GET 304'])
  })

  test('is no proof: while the network is still away everything stays and waits', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.offline()
    void session.set('count', 2)
    await advance(100)
    for (let times = 0; times < 5; times++) {
      online()
      await advance(10)
    }
    expect([session.peek('count'), session.getSnapshot().activity]).toEqual([2, 'offline'])
    mock.online()
    await inTime(session.settled())
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('does not cut short what the server asked for', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unavailable', method: 'PATCH', retryAfterSeconds: 30 })
    void session.set('count', 2)
    await flush()
    online()
    await advance(29_000)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 503'])
  })
})

describe('the back/forward cache', () => {
  test('the channel is closed on the way in, since an open one keeps the page out, and opened on the way back', async () => {
    const hub = createHub()
    await begin({ count: 1 }, { channel: hub.channel })
    expect(hub.size).toBe(1)
    page('pagehide', true)
    expect(hub.size).toBe(0)
    page('pageshow', true)
    await flush()
    expect(hub.size).toBe(1)
  })

  test('coming back refetches at once, past the throttle and unconditionally', async () => {
    const { mock } = await begin({ count: 1 })
    focus()
    await flush()
    page('pagehide', true)
    page('pageshow', true)
    await flush()
    expect(traffic(mock, 1)).toEqual(['GET 304', 'GET 200'])
    expect(mock.requests.at(-1)?.headers).not.toHaveProperty('if-none-match')
  })

  test('after a log-out elsewhere shows nothing of the former visitor', async () => {
    const { mock, session } = await begin({ note: "ann's" }, {}, { signedInAs: 'ann' })
    const ended = collect(session, 'ended')
    page('pagehide', true)
    await mock.signOut()
    page('pageshow', true)
    await inTime(session.revalidate())
    expect([session.peek('note'), session.identity, ended.length]).toEqual([undefined, null, 1])
  })

  test('a page that is left or shown for good is no matter of it', async () => {
    const hub = createHub()
    const { mock } = await begin({ count: 1 }, { channel: hub.channel })
    page('pagehide', false)
    page('pageshow', false)
    await flush()
    expect([hub.size, traffic(mock, 1)]).toEqual([1, []])
  })

  test.each([true, false])("a visitor's first commit in flight is told to the other tabs as the page is left, kept: %s", async (isKept) => {
    const hub = createHub()
    const received = (): unknown[] => hub.messages.map((message) => (message as { say?: string }).say).filter((say) => say !== undefined)
    const mock = createServer()
    const session = open(mock, { channel: hub.channel })
    await session.get('count')
    page('pagehide', isKept)
    page('pageshow', isKept)
    await flush()
    expect(received()).toEqual([])
    const held = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    void session.set('count', 1)
    await advance(100)
    page('pagehide', isKept)
    expect(held.used).toBe(1)
    expect(received()).toEqual(['creating?', 'left'])
    page('pageshow', isKept)
    await held.release()
    await inTime(session.settled())
    page('pagehide', isKept)
    expect(received().filter((say) => say === 'left')).toHaveLength(1)
  })

  test('what was read for before the page was frozen does not answer for what happened since', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next('hold-answer')
    void session.revalidate()
    await held.reached()
    page('pagehide', true)
    await mock.write({ count: 2 })
    page('pageshow', true)
    await held.release()
    await advance(100)
    expect(session.peek('count')).toBe(2)
  })
})

/** Holds the lock of a section, as another tab that runs one does. Returns its release. */
function freezeSection(locks: SessionLocks, url: string): () => void {
  let release: () => void = () => {}
  void locks.request(`section ${url}`, { mode: 'exclusive' }, () => new Promise<void>((resolve) => (release = resolve)))
  return () => release()
}

describe('leaving the page', () => {
  /** Hides the page, as a browser does first when it is left. */
  function hide(): void {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
  }

  test('sends what is unsent in that task, without the lock that it waits for', async () => {
    const { locks } = createLocks()
    // Granted in a task of its own, as a browser does.
    const later: SessionLocks = {
      request: (name, options, run) => new Promise((resolve) => setTimeout(() => resolve(locks.request(name, options, run)), 5)),
    }
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { locks: later })
    await inTime(session.get('count'))
    void session.set('count', 2)
    hide()
    await flush()
    expect(traffic(mock, 1)).toEqual(['PATCH/1 200'])
  })

  test('sends what yields to other writers', async () => {
    const { mock, session } = await begin({ count: 1 }, { random: () => 1 })
    for (let count = 2; count <= 13; count++) {
      mock.next({ fault: 'delay', delayMs: 20, method: 'PATCH' })
      await inTime(session.set('count', count))
    }
    void session.set('count', 14)
    await flush()
    const before = traffic(mock).length
    hide()
    await flush()
    expect(traffic(mock, before)).toEqual(['PATCH/13 200'])
  })

  test.each<[string, (session: Session) => unknown]>([
    ['a new key', (session) => session.cycleKey()],
    ['another expiry', (session) => session.setExpiry(60_000)],
  ])('does not send %s, whose response sets a cookie', async (_, write) => {
    const { locks } = createLocks()
    const mock = createServer({ initial: { count: 1 } })
    const session = open(mock, { locks })
    await session.get('count')
    const thaw = freezeSection(locks, mock.url)
    void write(session)
    hide()
    await advance(1_000)
    expect(traffic(mock, 1)).toEqual([])
    thaw()
    await advance(100)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 200'])
  })

  test('does not send the first commit of a visitor, nor anything while a section runs in another tab', async () => {
    const mock = createServer()
    const { locks } = createLocks()
    const session = open(mock, { locks })
    await session.get('count')
    const thaw = freezeSection(locks, mock.url)
    void session.set('count', 1)
    hide()
    await advance(1_000)
    expect(traffic(mock, 1)).toEqual([])
    thaw()
    await advance(100)
    const again = freezeSection(locks, mock.url)
    const before = traffic(mock).length
    void session.set('count', 2)
    await advance(10)
    hide()
    await advance(1_000)
    expect(traffic(mock, before)).toEqual([])
    again()
  })

  test('does not send while another tab said that it begins a section, before this tab asked for the lock again', async () => {
    const hub = createHub()
    const { locks } = createLocks()
    const { mock, session } = await begin({ count: 1 }, { channel: hub.channel, locks })
    hub.say({ say: 'want', tab: 'another' })
    void session.set('count', 2)
    hide()
    expect(traffic(mock, 1)).toEqual([])
    await advance(1_000)
    expect(traffic(mock, 1)).toEqual(['PATCH/1 200'])
  })

  test('does not send while the server asked for time', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'unavailable', method: 'GET', retryAfterSeconds: 30 })
    void session.revalidate()
    await flush()
    void session.set('count', 2)
    hide()
    await advance(1_000)
    expect(traffic(mock, 1)).toEqual(['GET 503'])
  })

  test('repeats a large commit in flight with keepalive, and it is stored once', async () => {
    const { mock, session } = await begin({ count: 1 })
    const held = mock.next({ fault: 'hold-answer', method: 'PATCH' })
    const written = follow(() => session.set('note', 'x'.repeat(50_000)))
    await held.reached()
    hide()
    await flush()
    expect(traffic(mock, 1)).toEqual(['PATCH/1 aborted', 'PATCH/1 200'])
    expect(written.status).toBe('resolved')
  })

  test('never rests by a timer after a commit while it is hidden', async () => {
    const { mock, session } = await begin({ count: 1 })
    hide()
    for (let count = 2; count <= 30; count++) {
      mock.next({ fault: 'delay', delayMs: 20, method: 'PATCH' })
      const written = follow(() => session.set('count', count))
      await advance(20)
      expect(written.status).toBe('resolved')
    }
  })

  test('makes no wait between two tries shorter', async () => {
    const { mock, session } = await begin({ count: 1 })
    await advance(50)
    mock.next({ fault: 'server-error', method: 'PATCH' })
    void session.set('count', 2)
    await flush()
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    await flush()
    expect(traffic(mock, 1)).toEqual(['PATCH/1 500'])
  })

  test('hiding sends nothing twice: what is in flight goes on, and nothing overtakes it', async () => {
    const { mock, session } = await begin({ count: 1 })
    await advance(50)
    const held = mock.next('hold-answer')
    void session.set('count', 2)
    await held.reached()
    void session.set('theme', 'dark')
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    page('pagehide', false)
    await flush()
    expect(traffic(mock, 1)).toEqual(['PATCH/1 waiting'])
    await held.release()
    await flush()
    expect(traffic(mock, 1)).toEqual(['PATCH/1 200', 'PATCH/2 200'])
  })
})

describe('dispose', () => {
  test('leaves no listener at the page, and events do nothing any more', async () => {
    const added = new Map<string, number>()
    for (const target of [window, document]) {
      const add = target.addEventListener.bind(target)
      vi.spyOn(target, 'addEventListener').mockImplementation((type: string, listener: unknown, options?: unknown) => {
        added.set(type, (added.get(type) ?? 0) + 1)
        ;(options as { signal?: AbortSignal } | undefined)?.signal?.addEventListener('abort', () =>
          added.set(type, (added.get(type) ?? 0) - 1),
        )
        add(type, listener as EventListener, options as AddEventListenerOptions)
      })
    }
    const { mock, session } = await begin({ count: 1 })
    expect([...added.keys()].sort()).toEqual(['focus', 'online', 'pagehide', 'pageshow', 'visibilitychange'])
    focus()
    await flush()
    focus() // waits in the throttle
    const before = mock.requests.length
    session.dispose()
    focus()
    online()
    page('pageshow', true)
    await advance(60_000)
    expect(mock.requests).toHaveLength(before)
    expect([...added.values()]).toEqual([0, 0, 0, 0, 0])
    expect(vi.getTimerCount()).toBe(0)
  })
})
