// Writes before the first load: each is compared with what was shown when the first state arrives.
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { collect, createServer, flush, follow, open, type Policy, type Session, useFakeTime, type Values } from '../client/harness.ts'

useFakeTime()
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))

type Write = (session: Session) => Promise<unknown>

/** Makes writes before the load of a session that has something stored. */
async function write(initial: object, writes: readonly Write[], conflict?: Policy) {
  const mock = createServer({ initial: initial as never })
  const session = open(mock, { conflict })
  const conflicts = collect(session, 'conflict')
  const outcomes = writes.map((one) => follow(() => one(session)))
  await flush()
  await session.settled()
  const early = conflicts.map(({ key, base, theirs, value, early }) => ({ key, base, theirs, value, early }))
  return { status: outcomes.map(({ status }) => status), data: await mock.data(), early, outcomes }
}

const conflictOf = (key: keyof Values, base: unknown, theirs: unknown, value: unknown) => ({ key, base, theirs, value, early: true })

describe('A write before the load stands silently', () => {
  test.each<[string, object, Write, object]>([
    ['where nothing is stored', {}, (s) => s.set('count', 5), { count: 5 }],
    ['with exactly the default, where nothing is stored', { note: 'a' }, (s) => s.set('theme', 'light'), { note: 'a', theme: 'light' }],
    ['where what was shown is stored', { count: 0 }, (s) => s.set('count', 5), { count: 5 }],
    ['where what it writes is stored', { count: 5 }, (s) => s.set('count', 5), { count: 5 }],
    [
      'with another member of an object',
      { profile: { city: 'x' } },
      (s) => s.set('profile', { name: 'b' }),
      { profile: { city: 'x', name: 'b' } },
    ],
    ['with another item of a list', { cart: ['tea', 'cake'] }, (s) => s.set('cart', ['x']), { cart: ['tea', 'cake', 'x'] }],
    ['behind an update of its key', {}, (s) => Promise.all([s.update('count', (n) => n + 1), s.set('count', 9)]), { count: 9 }],
  ])('%s', async (_, initial, one, data) => {
    expect(await write(initial, [one])).toMatchObject({ status: ['resolved'], data, early: [] })
  })
})

describe('A choice before the load stands, and `conflict` reports what it replaced:', () => {
  test.each<[string, object, Write, object, object]>([
    [
      'the default of an enum',
      { theme: 'dark' },
      (s) => s.set('theme', 'light'),
      { theme: 'light' },
      conflictOf('theme', 'light', 'dark', 'light'),
    ],
    ['an empty list', { cart: ['tea'] }, (s) => s.set('cart', []), { cart: [] }, conflictOf('cart', [], ['tea'], [])],
    [
      'the default of an object',
      { profile: { name: 'a' } },
      (s) => s.set('profile', {}),
      { profile: {} },
      conflictOf('profile', {}, { name: 'a' }, {}),
    ],
    ['a delete', { note: 'a' }, (s) => s.delete('note'), {}, conflictOf('note', undefined, 'a', undefined)],
    ['a set of undefined', { note: 'a' }, (s) => s.set('note', undefined), {}, conflictOf('note', undefined, 'a', undefined)],
    [
      'a set and a delete',
      { note: 'a' },
      (s) => Promise.all([s.set('note', 'b'), s.delete('note')]),
      {},
      conflictOf('note', undefined, 'a', undefined),
    ],
    ['a leaf', { count: 41 }, (s) => s.set('count', s.peek('count') + 1), { count: 1 }, conflictOf('count', 0, 41, 1)],
    [
      'a member of an object',
      { profile: { name: 'a' } },
      (s) => s.set('profile', { name: 'b' }),
      { profile: { name: 'b' } },
      conflictOf('profile', {}, { name: 'a' }, { name: 'b' }),
    ],
  ])('%s', async (_, initial, one, data, conflict) => {
    for (const policy of [undefined, 'mine'] as const) {
      expect(await write(initial, [one], policy)).toMatchObject({ status: ['resolved'], data, early: [conflict] })
    }
  })
})

describe('The policy decides about a write before the load, with the shown value as the base:', () => {
  test('`theirs` keeps what is stored', async () => {
    expect(await write({ count: 41 }, [(s) => s.set('count', 1)], 'theirs')).toMatchObject({
      data: { count: 41 },
      early: [conflictOf('count', 0, 41, 41)],
    })
  })

  test('`reject` rejects it for a visitor who has something else stored, and for no other', async () => {
    const { status, outcomes, data } = await write({ count: 41 }, [(s) => s.set('count', 1), (s) => s.set('theme', 'dark')], 'reject')
    expect([status, data]).toEqual([['rejected', 'resolved'], { count: 41, theme: 'dark' }])
    expect(outcomes[0]?.error).toMatchObject({ code: 'conflict', base: 0, mine: 1, theirs: 41, early: true })
  })

  test('a function gets the three values and `early`', async () => {
    const calls: unknown[] = []
    const sum: Policy = (conflict) => {
      calls.push(conflict)
      return Number(conflict.mine) + Number(conflict.theirs)
    }
    expect(await write({ count: 41 }, [(s) => s.set('count', 1)], sum)).toMatchObject({ data: { count: 42 } })
    expect(calls).toEqual([{ key: 'count', base: 0, mine: 1, theirs: 41, early: true }])
  })
})

test('A cart that is set during a slow first read does not wipe the stored one.', async () => {
  const mock = createServer({ initial: { cart: ['tea', 'cake'] } })
  const session = open(mock)
  const held = mock.next({ fault: 'hold', method: 'GET' })
  const loading = session.get('cart')
  await held.reached()
  const written = session.set('cart', [...session.peek('cart'), 'milk'])
  await held.release()
  await Promise.all([loading, written])
  expect(await mock.data()).toEqual({ cart: ['tea', 'cake', 'milk'] })
})

test('A discarded write before the load leaves the next one to be compared with what was shown.', async () => {
  const mock = createServer({ initial: { profile: { city: 'x' } } })
  const session = open(mock)
  void follow(() => session.set('profile', { name: 'a' }))
  void session.update('count', (count) => count + 1)
  void session.transaction((tx) => tx.get('theme'))
  const kept = session.set('profile', { name: 'a', langs: ['en'] })
  expect(session.pending[0]?.discard()).toBe(true)
  await kept
  expect(await mock.data()).toMatchObject({ profile: { city: 'x', name: 'a', langs: ['en'] } })
})

describe('In development a warning names a key of which a `set` before the load replaced a stored value', () => {
  const warned = async (initial: object, one: Write, conflict?: Policy): Promise<unknown[]> => {
    await write(initial, [one], conflict)
    return vi.mocked(console.warn).mock.calls.map(([text]) => text)
  }

  test('once', async () => {
    expect(await warned({ count: 41 }, (s) => s.set('count', s.peek('count') + 1))).toEqual([
      'set("count") ran before the session was loaded and replaced a stored value. Use update(), or await ready().',
    ])
  })

  test.each<[string, object, Write, Policy?]>([
    ['nothing was stored', {}, (s) => s.set('count', 1)],
    ['it is merged', { cart: ['tea'] }, (s) => s.set('cart', ['cake'])],
    ['it is a delete', { note: 'a' }, (s) => s.delete('note')],
    ['theirs stays', { count: 41 }, (s) => s.set('count', 1), 'theirs'],
  ])('but not if %s', async (_, initial, one, conflict) => {
    expect(await warned(initial, one, conflict)).toEqual([])
  })

  test('nor in a production build', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(await warned({ count: 41 }, (s) => s.set('count', 1))).toEqual([])
    vi.unstubAllEnvs()
  })
})

test('A choice before the load that finds nothing stored deletes nothing that another client stores afterwards', async () => {
  const mock = createServer({ initial: { note: 'a' } })
  const session = open(mock)
  const held = mock.next({ fault: 'write-beside', write: { cart: ['tea'] }, method: 'PATCH', hold: 'request' })
  const written = follow(() => session.set('cart', []))
  await held.reached()
  await held.release()
  await flush()
  await session.settled()
  expect(written.status).toBe('resolved')
  expect([await mock.data(), session.peek('cart')]).toEqual([{ note: 'a', cart: ['tea'] }, ['tea']])
})
