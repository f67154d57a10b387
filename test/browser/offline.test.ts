// Holds that writes made offline are sent exactly once after the browser is online again, in Chromium.
import { describe, expect, test } from 'vitest'
import { setStage } from './fixtures/stage.ts'

const stage = setStage()

/** No try of its own accord within the test: only coming back online can send. */
const path = '/?minDelayMs=3600000'

describe('offline', () => {
  test('writes are shown and pending, and go exactly once when the browser is online again', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open(path)
    await page.evaluate(() => window.session.set('counter', 1))
    const { patches } = await stage.app.control()

    await visitor.context.setOffline(true)
    await page.evaluate(() => {
      void window.session.update('counter', (count) => count + 1)
      void window.session.set('theme', 'dark')
    })
    await expect
      .poll(() => page.evaluate(() => window.session.getSnapshot()))
      .toMatchObject({
        values: { counter: 2, theme: 'dark' },
        status: 'ready',
        activity: 'offline',
        pending: 2,
      })
    await page.evaluate(() => void window.session.set('cart', ['apple']))
    expect(await page.evaluate(() => window.session.pending.map(({ keys }) => keys))).toEqual([['counter'], ['theme'], ['cart']])
    expect((await visitor.stored()).data).toEqual({ counter: 1 })

    await visitor.context.setOffline(false)
    await expect.poll(async () => (await visitor.stored()).data).toEqual({ counter: 2, theme: 'dark', cart: ['apple'] })

    await expect.poll(() => page.evaluate(() => window.session.getSnapshot())).toMatchObject({ activity: 'idle', pending: 0, error: null })
    // What was tried offline and what was written after it.
    expect((await stage.app.control()).patches).toBe(patches + 2)
  })

  test('a page that was opened with nothing loaded shows its writes, and merges them when it comes online', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open(path)
    await page.evaluate(() => window.session.set('notes', { old: 'x' }))

    await visitor.context.setOffline(true)
    const values = await page.evaluate(async () => {
      const { createSessionClient, z } = window.sojourn
      const schema = z.object({ counter: z.number().default(0), theme: z.string().optional() })
      const retry = { minDelayMs: 3_600_000, maxDelayMs: 3_600_000 }
      window.session = createSessionClient({ url: '/session', schema, retry, random: () => 1 }) as never
      void window.session.set('counter', 5)
      return { counter: window.session.peek('counter'), status: window.session.getSnapshot().status }
    })
    expect(values).toEqual({ counter: 5, status: 'loading' })
    await expect.poll(() => page.evaluate(() => window.session.getSnapshot().activity)).toBe('offline')

    await visitor.context.setOffline(false)

    await expect.poll(async () => (await visitor.stored()).data).toEqual({ notes: { old: 'x' }, counter: 5 })
  })
})
