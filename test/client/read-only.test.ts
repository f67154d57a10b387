// Proves that the client never writes a read-only key: not in the view, not in the log, not on the wire.
import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { track, useFakeTime } from './harness.ts'

useFakeTime()

const schema = z.object({ theme: z.string().default('light'), cart: z.array(z.string()).default([]), plan: z.string().default('free') })
const readOnly = ['plan'] as const

async function begin() {
  const mock = createMockSessionServer({ schema, readOnly })
  await mock.write({ theme: 'dark', plan: 'pro' })
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, readOnly, channel: false }))
  await session.get('plan')
  return { mock, session }
}

/** The client as plain JavaScript has it. */
type Untyped = Record<string, (...args: unknown[]) => unknown> & { key(name: string): Untyped }

describe('a write of a read-only key', () => {
  test.each<[string, (session: Untyped) => unknown]>([
    ['set', (session) => session.set?.('plan', 'free')],
    ['update', (session) => session.update?.('plan', () => 'free')],
    ['delete', (session) => session.delete?.('plan')],
    ['pop', (session) => session.pop?.('plan')],
    ['setDefault', (session) => session.setDefault?.('plan', 'free')],
    ['tx.set', (session) => session.transaction?.((tx: Untyped) => [tx.set?.('theme', 'x'), tx.set?.('plan', 'free')])],
    ['tx.update', (session) => session.transaction?.((tx: Untyped) => tx.update?.('plan', () => 'free'))],
    ['tx.delete', (session) => session.transaction?.((tx: Untyped) => tx.delete?.('plan'))],
    ['key.set', (session) => session.key('plan').set?.('free')],
    ['key.update', (session) => session.key('plan').update?.(() => 'free')],
    ['key.delete', (session) => session.key('plan').delete?.()],
  ])('throws before anything is shown: %s', async (_, write) => {
    const { mock, session } = await begin()
    const before = mock.requests.length
    const seen: unknown[] = []
    session.listen((snapshot) => seen.push(snapshot))
    expect(() => write(session as unknown as Untyped)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('"plan"') }),
    )
    await session.settled()
    expect([session.peek('plan'), session.peek('theme'), session.pending, seen, mock.requests.length]).toEqual([
      'pro',
      'dark',
      [],
      [],
      before,
    ])
  })

  test('throws before the first data, too', () => {
    const mock = createMockSessionServer({ schema, readOnly })
    const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, readOnly, channel: false }))
    expect(() => (session as unknown as Untyped).set?.('plan', 'free')).toThrow(expect.objectContaining({ code: 'usage' }))
    expect(mock.requests).toEqual([])
  })
})

test('`clear` spares it, in the view as on the server', async () => {
  const { mock, session } = await begin()
  const cleared = session.clear()
  expect([session.peek('theme'), session.peek('plan')]).toEqual(['light', 'pro'])
  await cleared
  expect([session.peek('theme'), session.peek('plan'), await mock.data()]).toEqual(['light', 'pro', { plan: 'pro' }])
})

test('a transaction may read it, and runs again if the server changes it', async () => {
  const { mock, session } = await begin()
  mock.next({ fault: 'write-beside', write: { plan: 'team' }, method: 'PATCH' })
  const seen: string[] = []
  await session.transaction((tx) => {
    seen.push(tx.get('plan'))
    tx.set('theme', `of ${tx.get('plan')}`)
  })
  expect(new Set(seen)).toEqual(new Set(['pro', 'team']))
  expect(await mock.data()).toEqual({ theme: 'of team', plan: 'team' })
})

test('the server refuses a client that does not know of it, and the write is rejected with the key', async () => {
  const { mock } = await begin()
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false }))
  await session.ready()
  const [plan, theme] = await Promise.allSettled([session.set('plan', 'free'), session.set('theme', 'blue')])
  expect(plan).toMatchObject({
    status: 'rejected',
    reason: { code: 'rejected', status: 422, problem: 'read-only-key', errors: [{ key: 'plan' }] },
  })
  expect((plan as PromiseRejectedResult).reason.message).toBe(
    'Failed to write to the session: the server refused it (422, read-only-key). Only the server writes the key "plan". Name it in readOnly of createSessionClient, so that a write does not compile, or take it out of readOnly of the server (Django: READ_ONLY_KEYS).',
  )
  expect([theme?.status, await mock.data()]).toEqual(['fulfilled', { theme: 'blue', plan: 'pro' }])
})

const newer = schema.extend({ wishlist: z.array(z.string()).default([]), coupon: z.string().optional() })

test('a key that the server does not expose is rejected for good, and what is not to blame is stored', async () => {
  const { mock } = await begin()
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema: newer, channel: false }))
  await session.ready()
  const writes = await Promise.allSettled([session.set('wishlist', ['tea']), session.set('theme', 'blue')])
  expect(writes).toMatchObject([{ reason: { code: 'rejected', problem: 'private-key' } }, { status: 'fulfilled' }])
  expect([session.peek('wishlist'), await mock.data()]).toEqual([[], { theme: 'blue', plan: 'pro' }])
  const { length } = mock.requests
  await vi.advanceTimersByTimeAsync(600_000)
  expect(mock.requests.length).toBe(length)
})

test.each<[string, readonly string[], (session: Untyped) => unknown]>([
  ['the key "wishlist"', ['wishlist'], (session) => session.set?.('wishlist', ['tea'])],
  [
    'the keys "wishlist", "coupon"',
    ['wishlist', 'coupon'],
    (session) => session.transaction?.((tx: Untyped) => [tx.set?.('wishlist', []), tx.set?.('coupon', 'x')]),
  ],
  ['the key "coupon"', ['coupon'], (session) => session.transaction?.((tx: Untyped) => tx.set?.('theme', tx.get?.('coupon') ?? 'none'))],
])('the error names what the server does not expose, and where to add it: %s', async (names, keys, write) => {
  const { mock } = await begin()
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema: newer, channel: false }))
  await session.ready()
  const rejected: unknown[] = []
  session.on('rejected', ({ error }) => rejected.push(error))
  const [{ reason }] = (await Promise.allSettled([write(session as unknown as Untyped)])) as [PromiseRejectedResult]
  expect(reason).toMatchObject({ code: 'rejected', problem: 'private-key', errors: keys.map((key) => ({ key })) })
  expect(reason.message).toBe(
    `Failed to write to the session: the server refused it (422, private-key). It does not expose ${names}. Add it to the schema or keys of the server (Django: SCHEMA or KEYS), and deploy the server before the page.`,
  )
  expect(rejected).toEqual([reason])
})

test('a name that the schema does not have is refused at creation', () => {
  expect(() => createSessionClient({ url: 'https://shop.test/session', schema, readOnly: ['plna' as 'plan'] })).toThrow(
    expect.objectContaining({ code: 'config', message: expect.stringContaining('"plna"') }),
  )
})

describe('notice', () => {
  test('ignores the version of an app with other keys, once a read has shown that it is not ours', async () => {
    const { mock, session } = await begin()
    const other = (version: string): Response => new Response(null, { headers: { 'Session-Version': version } })
    const reads = () => mock.requests.filter(({ method }) => method === 'GET').length
    const before = reads()
    for (let time = 0; time < 5; time++) {
      session.notice(other('v2-x.admin'))
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(reads() - before).toBe(1)
    await mock.write({ theme: 'blue' })
    session.notice(other('v3-x.admin'))
    await vi.advanceTimersByTimeAsync(100)
    expect([session.peek('theme'), reads() - before]).toEqual(['blue', 2])
  })
})
