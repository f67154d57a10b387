import { createSessionClient } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { afterEach, expect, test, vi } from 'vitest'
import { schema } from './schema.ts'

afterEach(() => void vi.useRealTimers())

test('an app is told before its session is over, and when it is', async () => {
  vi.useFakeTimers()
  const mock = createMockSessionServer({ schema, initial: { theme: 'dark' }, maxAgeMs: 120_000 })
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema, expiringMs: 30_000 })
  const told: string[] = []
  session.on('expiring', () => told.push('expiring'))
  session.on('ended', ({ reason }) => told.push(reason))
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000)
      await mock.idle()
    }
  }

  await session.get('theme')
  await pass(89)
  expect(told).toEqual([])
  await pass(2)
  expect(told).toEqual(['expiring'])
  await pass(40)
  expect(told).toEqual(['expiring', 'expired'])
  expect(session.peek('theme')).toBe('light')
  session.dispose()
})
