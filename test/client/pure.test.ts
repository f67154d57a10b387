// Holds small pure functions of the client: expiry on the wire and messages between tabs.
import { describe, expect, test } from 'vitest'
import { createExpiryClock } from '../../src/client/expiry-clock.ts'
import { toWireExpiry } from '../../src/client/writes.ts'
import { parseMessage, toMessage } from '../../src/sync/tab-message.ts'

describe('toWireExpiry', () => {
  test.each<[number | 'browser-close' | 'default', number | null]>([
    ['default', null],
    ['browser-close', 0],
    [1_000, 1],
    [500, 1],
    [1_499, 1],
    [1_500, 2],
    [300_000, 300],
    [31_536_000_000, 31_536_000],
  ])('%j is %j', (expiry, wire) => {
    expect(toWireExpiry(expiry)).toBe(wire)
  })

  test('a date is seconds from now', () => {
    expect(toWireExpiry(new Date(Date.now() + 60_000))).toBe(60)
  })

  test.each([0, 499, -1, -1_000, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE])(
    '%d is refused',
    (expiry) => {
      expect(() => toWireExpiry(expiry)).toThrow(expect.objectContaining({ code: 'usage' }))
    },
  )
})

describe('parseMessage', () => {
  const state = { lineage: 'L1', version: 'v2', tags: { count: 't2' }, last: 0, expiry: { age: 1, atBrowserClose: false } }
  const difference = { from: 'v1', state, set: { count: 2 }, gone: ['note'] }

  test.each<[string, unknown]>([
    ['a difference and the version that it starts from', difference],
    ['a difference from nothing', { ...difference, from: null }],
    ['a wish for a section', { say: 'want', tab: 'a' }],
    ['a question', { say: 'creating?', tab: 'a' }],
    ['its response', { say: 'creating', tab: 'a' }],
    ['the end of a creation', { say: 'created', tab: 'a' }],
  ])('takes %s', (_, data) => {
    expect(parseMessage(data)).toEqual(data)
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'hello'],
    ['a number', 7],
    ['a list', [difference]],
    ['an empty object', {}],
    ['a difference without from', { ...difference, from: undefined }],
    ['a number for from', { ...difference, from: 1 }],
    ['no state', { ...difference, state: undefined }],
    ['a state that is none', { ...difference, state: { ...state, version: 2 } }],
    ['a state as text', { ...difference, state: JSON.stringify(state) }],
    ['a whole state, as an older client sends it', { from: 'v1', state: { ...state, data: { count: 2 } } }],
    ['values that are no object', { ...difference, set: [1] }],
    ['gone keys that are no texts', { ...difference, gone: [1] }],
    ['a signal of nobody', { say: 'want' }],
    ['a word of others', { say: 'hello', tab: 'a' }],
    ['a message of another library', { event: 'session', data: { trigger: 'signout' } }],
  ])('drops %s', (_, data) => {
    expect(parseMessage(data)).toBeUndefined()
  })

  test('drops the members that it does not know', () => {
    expect(parseMessage({ ...difference, csrf: 'x', hold: 7 })).toEqual(difference)
  })
})

describe('toMessage', () => {
  const before = {
    lineage: 'L1',
    version: 'v1',
    data: { a: 1, b: { c: 2 }, d: 3 },
    tags: { a: 't1', b: 't1', d: 't1' },
    last: 4,
    expiry: { age: 1, atBrowserClose: false },
    csrf: 'secret',
  }

  test('names the keys that changed, and carries neither a token nor a commit number', () => {
    const after = { ...before, version: 'v2', data: { a: 1, b: { c: 9 }, e: 5 }, tags: { a: 't1', b: 't2', e: 't2' }, last: 5 }
    const { data: _, csrf: __, ...rest } = after
    expect(toMessage(before, after)).toEqual({
      from: 'v1',
      state: { ...rest, last: 0, tags: { b: 't2', e: 't2' } },
      set: { b: { c: 9 }, e: 5 },
      gone: ['d'],
    })
  })

  test('names a key whose value is the same and whose tag is another', () => {
    const after = { ...before, version: 'v2', tags: { ...before.tags, a: 't2' } }
    expect(toMessage(before, after)).toMatchObject({ set: { a: 1 }, gone: [], state: { tags: { a: 't2' } } })
  })

  test('tells nothing of the values of another lineage', () => {
    expect(toMessage(before, { ...before, lineage: 'L2', version: 'v9' })).toMatchObject({ from: 'v1', set: {}, gone: [] })
    expect(toMessage(undefined, before)).toMatchObject({ from: null, set: {}, gone: [] })
  })
})

describe('the expiry clock', () => {
  /** A clock by hand, with the delays that it was asked for. */
  function createManual() {
    let now = 0
    let next = 0
    const timers = new Map<number, { readonly at: number; readonly run: () => void }>()
    const delays: number[] = []
    return {
      delays,
      timers,
      now: () => now,
      setTimeout(run: () => void, delayMs: number) {
        delays.push(delayMs)
        timers.set(++next, { at: now + delayMs, run })
        return next
      },
      clearTimeout: (handle: unknown) => void timers.delete(handle as number),
      advance(ms: number) {
        const end = now + ms
        for (;;) {
          const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
          if (!due) break
          timers.delete(due[0])
          now = Math.max(now, due[1].at)
          due[1].run()
        }
        now = end
      },
      /** Time passes while the machine sleeps: no timer fires. */
      sleep(ms: number) {
        now += ms
      },
    }
  }

  function follow(expiringMs = 60_000) {
    const clock = createManual()
    const received: string[] = []
    const expiry = createExpiryClock(clock, {
      expiringMs,
      onExpiring: () => void received.push(`expiring at ${clock.now()}`),
      onOver: () => void received.push(`over at ${clock.now()}`),
    })
    expiry.start()
    const set = (age: number): void => expiry.set({ age, atBrowserClose: false })
    return { clock, received, expiry, set }
  }

  test('follows nothing at first', () => {
    const { clock, expiry } = follow()
    expect([expiry.current(), expiry.isOver(), clock.timers.size]).toEqual([null, false, 0])
  })

  test('tells expiring, then over, once each', () => {
    const { clock, received, set } = follow()
    set(100)
    clock.advance(500_000)
    expect(received).toEqual(['expiring at 40000', 'over at 100000'])
    expect(clock.timers.size).toBe(0)
  })

  test('a session shorter than the warning is reported as expiring within a second', () => {
    const { clock, received, set } = follow()
    set(30)
    clock.advance(1_000)
    expect(received).toEqual(['expiring at 1000'])
  })

  test('never asks for more than a timer can take, and never for less than nothing', () => {
    const { clock, received, set } = follow()
    set(100 * 86_400)
    clock.advance(100 * 86_400_000)
    expect(received).toEqual([`expiring at ${100 * 86_400_000 - 60_000}`, `over at ${100 * 86_400_000}`])
    expect(Math.max(...clock.delays)).toBeLessThanOrEqual(2 ** 31 - 1)
    expect(Math.min(...clock.delays)).toBeGreaterThanOrEqual(0)
  })

  test('warns again only after the session was extended beyond the warning', () => {
    const { clock, received, set } = follow()
    set(100)
    clock.advance(50_000)
    set(50) // a read, which extends nothing
    clock.advance(10_000)
    expect(received).toEqual(['expiring at 40000'])
    set(100)
    clock.advance(50_000)
    expect(received).toEqual(['expiring at 40000', 'expiring at 100000'])
  })

  test('a server that says there is still a second left is not asked in a loop', () => {
    const { clock, received, set } = follow()
    set(100)
    clock.advance(100_000)
    for (let asked = 0; asked < 5; asked++) set(0)
    clock.advance(999)
    expect(received.filter((line) => line.startsWith('over'))).toHaveLength(1)
    clock.advance(1)
    expect(received.filter((line) => line.startsWith('over'))).toHaveLength(2)
  })

  test('after a sleep over the end says over, not expiring', () => {
    const { clock, received, set } = follow()
    set(100)
    clock.sleep(3_600_000)
    clock.advance(1)
    expect(received).toEqual(['over at 3600000'])
  })

  test('current gives what is left, never less than nothing', () => {
    const { clock, expiry, set } = follow()
    set(100)
    clock.sleep(30_000)
    expect(expiry.current()).toEqual({ remainingMs: 70_000, atBrowserClose: false })
    clock.sleep(100_000)
    expect([expiry.current()?.remainingMs, expiry.isOver()]).toEqual([0, true])
  })

  test('stop and the loss of the session leave no timer', () => {
    const { clock, expiry, set } = follow()
    set(100)
    expiry.set(undefined)
    expect([clock.timers.size, expiry.current()]).toEqual([0, null])
    set(100)
    expiry.stop()
    expect(clock.timers.size).toBe(0)
  })
})
