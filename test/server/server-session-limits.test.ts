// Holds what a server session refuses.
import { createHash } from 'node:crypto'
import { createMemoryStore, createSessionHandler, type Json, type ServerSession, type SessionHandlerOptions } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, openTab } from './visitor.ts'

const day = 86_400_000

/** A visitor with a session, and what the app's own endpoints do with it. */
async function begin(options: Partial<SessionHandlerOptions> = {}) {
  const time = { now: Date.parse('2030-01-01T00:00:00Z') }
  const now = (): number => time.now
  const handler = createSessionHandler({ keys, store: createMemoryStore({ now }), now, ...options })
  const visitor = createVisitor(handler)
  await visitor.commit({ set: { cart: ['book'] } })
  const open = (): Promise<ServerSession<Record<string, Json | undefined>>> =>
    handler.open(new Request('https://shop.test/login', { method: 'POST', headers: { Cookie: visitor.cookie as string } }))
  /** Takes the cookie of an app's answer, as a browser would. */
  const take = (session: ServerSession): void => {
    const pair = session.respond(new Response()).headers.get('Set-Cookie')?.split(';')[0]
    if (pair !== undefined) visitor.cookie = pair
  }
  return { time, handler, visitor, open, take }
}

describe('a session that was rotated since it was opened', () => {
  test('is not ended by flush without a word: the log-out did not happen', async () => {
    const { handler, visitor, open } = await begin()
    const session = await open()
    const tab = await openTab(handler, visitor)
    await tab.commit({ cycleKey: true })
    await expect(session.flush()).rejects.toMatchObject({ code: 'ended' })
    expect(session.respond(new Response()).headers.get('Set-Cookie')).toBeNull()
    expect((await tab.read()).body.data).toEqual({ cart: ['book'] })
  })

  test('stays lost for the whole request: a second write makes no other session', async () => {
    const { handler, visitor, open } = await begin()
    const session = await open()
    await (await openTab(handler, visitor)).commit({ cycleKey: true })
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(session.set('visits', 1)).rejects.toMatchObject({ code: 'ended' })
    }
    await expect(session.flush()).rejects.toMatchObject({ code: 'ended' })
    expect(session.respond(new Response()).headers.get('Set-Cookie')).toBeNull()
  })
})

describe('signIn where the option `identity` gives a tag that says nothing', () => {
  const identity: SessionHandlerOptions['identity'] = ({ _identity }) =>
    typeof _identity === 'string' ? createHash('sha256').update(_identity).digest('hex') : null

  test('of the same person again keeps the data, of another does not', async () => {
    const { visitor, open, take } = await begin({ identity })
    for (let times = 0; times < 2; times++) {
      const session = await open()
      await session.signIn('ann')
      take(session)
      expect((await visitor.read()).body.data).toEqual({ cart: ['book'] })
    }
    const other = await open()
    await other.signIn('bob')
    take(other)
    expect((await visitor.read()).body.data).toEqual({})
  })
})

describe('setExpiry', () => {
  test.each([-1, 1e15, 1.0001, Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN), new Date(8.64e15)])(
    'refuses %s',
    async (expiry) => {
      const { visitor, open } = await begin()
      await expect((await open()).setExpiry(expiry)).rejects.toMatchObject({ code: 'usage' })
      expect((await visitor.read()).body).toMatchObject({ data: { cart: ['book'] }, expiry: { age: 1_209_600 } })
    },
  )

  test('with a date beyond what browsers keep a cookie for sets the cookie anew in time', async () => {
    const { time, visitor, open, take } = await begin()
    const session = await open()
    await session.setExpiry(new Date(time.now + 1000 * day))
    take(session)
    let cookieEnds = time.now + 400 * day
    for (let month = 0; month < 30; month++) {
      time.now += 30 * day
      expect(cookieEnds).toBeGreaterThan(time.now)
      const { setCookie, status } = await visitor.commit({ set: { month } })
      expect(status).toBe(200)
      if (setCookie) cookieEnds = time.now + 400 * day
    }
  })
})

describe('update', () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  test.each<[string, unknown]>([
    ['a promise, which would be stored as nothing', Promise.resolve({ a: 1 })],
    ['a Map', new Map([['a', 1]])],
    ['a bigint in it', { a: 1n }],
    ['a cycle', cycle],
  ])('refuses %s', async (_, result) => {
    const { visitor, open } = await begin()
    await expect((await open()).update('cart', () => result as never)).rejects.toMatchObject({ code: 'schema' })
    expect((await visitor.read()).body.data).toEqual({ cart: ['book'] })
  })

  test('takes back what a client stored, whatever number it was', async () => {
    const { visitor, open } = await begin()
    for (const number of ['1e20', '9007199254740993.0', '-1E+19', '1.5e300', '5e-324', '9007199254740991']) {
      const { lineage, version, last } = visitor.state
      const { status } = await visitor.send(`{"lineage":"${lineage}","base":"${version}","after":${last},"set":{"n":${number}}}`)
      if (status === 200) visitor.n++
      expect([number, status]).toEqual([number, ['1.5e300', '5e-324', '9007199254740991'].includes(number) ? 200 : 400])
      await (await open()).update('n', (n) => n)
      await visitor.read()
    }
  })
})
