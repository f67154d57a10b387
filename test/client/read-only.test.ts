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
  expect([theme?.status, await mock.data()]).toEqual(['fulfilled', { theme: 'blue', plan: 'pro' }])
})

test('a key that the server does not expose is rejected for good, and what is not to blame is stored', async () => {
  const { mock } = await begin()
  const newer = schema.extend({ wishlist: z.array(z.string()).default([]) })
  const session = track(createSessionClient({ url: mock.url, fetch: mock.fetch, schema: newer, channel: false }))
  await session.ready()
  const writes = await Promise.allSettled([session.set('wishlist', ['tea']), session.set('theme', 'blue')])
  expect(writes).toMatchObject([{ reason: { code: 'rejected', problem: 'private-key' } }, { status: 'fulfilled' }])
  expect([session.peek('wishlist'), await mock.data()]).toEqual([[], { theme: 'blue', plan: 'pro' }])
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
