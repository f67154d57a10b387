// Holds which mutation is blamed for a rejected commit.
import type { MockSessionServerOptions } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { advance, begin, commits, flush, follow, inTime, type Schema, useFakeTime } from '../client/harness.ts'

useFakeTime()

type Validate = NonNullable<MockSessionServerOptions<Schema>['validate']>

const unlucky =
  (key: string | undefined): Validate =>
  (data) =>
    Number(data.count) > 12 ? [{ ...(key !== undefined && { key }), message: 'too many' }] : []

describe('who is to blame for a refusal', () => {
  test('of several mutations on the key that is named only the guilty one, though the others are of it too', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: unlucky('count') })
    const outcomes = [
      follow(() => session.set('count', 3)),
      follow(() => session.update('count', (count) => count + 10)),
      follow(() => session.update('count', (count) => count + 2)),
      follow(() => session.set('theme', 'dark')),
    ]
    await inTime(session.settled())
    await flush()
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'rejected', 'resolved', 'resolved'])
    expect(await mock.data()).toEqual({ count: 5, theme: 'dark' })
    expect(session.getSnapshot().values).toMatchObject({ count: 5, theme: 'dark' })
  })

  test('a refusal that names no key of the commit is bisected, and the poison write gets the words of the server', async () => {
    const { mock, session } = await begin({ count: 1 }, {}, { validate: unlucky('total') })
    const outcomes = [
      follow(() => session.set('note', 'a')),
      follow(() => session.set('count', 20)),
      follow(() => session.set('theme', 'dark')),
    ]
    await inTime(session.settled())
    await flush()
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'rejected', 'resolved'])
    expect(outcomes[1]?.error).toMatchObject({ code: 'rejected', errors: [{ message: 'too many' }] })
    expect(await mock.data()).toEqual({ count: 1, note: 'a', theme: 'dark' })
  })

  test('and once there is nothing left to blame the writes of one tick are one commit again', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'server-error-page', status: 500, method: 'PATCH', times: 5 })
    const first = Promise.all([session.set('note', 'a'), session.set('theme', 'dark')])
    const next = first.then(() => Promise.all([session.set('note', 'b'), session.set('count', 2)]))
    while (mock.requests.filter(({ status }) => status === 500).length < 4) await advance(500)
    // Meanwhile somebody stores the very same values: there is nothing left to send, and nobody to blame.
    await mock.write({ note: 'a', theme: 'dark' })
    await inTime(next)
    expect(commits(mock).slice(5)).toMatchObject([{ set: { note: 'b', count: 2 } }])
  })

  test('two that are bad only together: the first stands', async () => {
    const isBoth: Validate = (data) => (data.note === 'a' && data.theme === 'dark' ? [{ message: 'not both' }] : [])
    const { mock, session } = await begin({ count: 1 }, {}, { validate: isBoth })
    const outcomes = [
      follow(() => session.set('note', 'a')),
      follow(() => session.set('theme', 'dark')),
      follow(() => session.set('count', 2)),
    ]
    await inTime(session.settled())
    await flush()
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'rejected', 'resolved'])
    expect(await mock.data()).toEqual({ note: 'a', count: 2 })
  })

  test('a clear that is refused leaves everything, and what was written after it is stored', async () => {
    const needsNote: Validate = (data) => (data.note === undefined ? [{ key: 'note', message: 'is needed' }] : [])
    const { mock, session } = await begin({ count: 1, note: 'a' }, {}, { validate: needsNote })
    const cleared = follow(() => session.clear())
    const written = follow(() => session.set('theme', 'dark'))
    await inTime(session.settled())
    await flush()
    expect([cleared.status, written.status]).toEqual(['rejected', 'resolved'])
    expect(await mock.data()).toEqual({ count: 1, note: 'a', theme: 'dark' })
    expect(session.peek('note')).toBe('a')
  })

  test('while the guilty one is looked for the order of the log is kept', async () => {
    const { mock, session } = await begin({ count: 1, cart: [] }, {}, { validate: unlucky(undefined) })
    for (const item of ['a', 'b', 'c']) {
      void session.update('cart', (cart) => [...cart, item])
      if (item === 'b') void session.set('count', 20)
    }
    await inTime(session.settled())
    expect(await mock.data()).toEqual({ count: 1, cart: ['a', 'b', 'c'] })
    const carts = commits(mock).flatMap(({ set, status }) => (status === 200 ? [(set as { cart?: string[] }).cart] : []))
    expect(carts.filter(Boolean).map((cart) => cart?.join(''))).toEqual([...carts.filter(Boolean).map((cart) => cart?.join(''))].sort())
  })
})
