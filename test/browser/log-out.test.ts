// Holds that a log-out in one tab reaches the others and that their pending writes are rejected, in Chromium.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { setStage } from './fixtures/stage.ts'

const stage = setStage()

const shown = (page: Page): Promise<unknown> =>
  page.evaluate(() => ({ counter: window.session.peek('counter'), cart: window.session.peek('cart') }))

const nothing = { counter: 0, cart: [] }

/** Keeps every commit of a tab from leaving it, until the returned function is called. */
async function holdCommits(page: Page): Promise<() => void> {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/session', async (route) => {
    if (route.request().method() === 'PATCH') await released
    await route.continue()
  })
  return release
}

describe('log-out in one tab', () => {
  test('is shown at once where it happens and in the other', async () => {
    const visitor = await stage.newVisitor()
    const [leaving, other] = [await visitor.open(), await visitor.open()]
    await leaving.evaluate(() => window.session.set('counter', 7))
    await expect.poll(() => shown(other)).toEqual({ counter: 7, cart: [] })

    const atOnce = await leaving.evaluate(async () => {
      const ended = window.session.end()
      const counter = window.session.peek('counter')
      await ended
      return counter
    })

    expect(atOnce).toBe(0)
    await expect.poll(() => shown(other)).toEqual(nothing)
    expect(await other.evaluate(() => window.received)).toEqual(['ended flushed'])
    expect(await visitor.stored()).toMatchObject({ lineage: null, data: {} })
  })

  test('rejects what the other has pending, and none of it is stored in the session that follows', async () => {
    const visitor = await stage.newVisitor()
    const [leaving, other] = [await visitor.open(), await visitor.open()]
    await leaving.evaluate(() => window.session.set('counter', 7))
    await expect.poll(() => shown(other)).toEqual({ counter: 7, cart: [] })
    const { lineage } = await visitor.stored()
    const release = await holdCommits(other)
    const sent = other.waitForRequest((request) => request.method() === 'PATCH')
    await other.evaluate(() => void window.session.update('counter', (count) => count + 1))
    await sent
    await other.evaluate(() => void window.session.set('cart', ['apple']))

    await leaving.evaluate(() => window.session.end())
    release()

    await expect.poll(() => other.evaluate(() => window.received)).toEqual(['ended counter', 'ended cart', 'ended flushed'])
    expect(await shown(other)).toEqual(nothing)
    await other.evaluate(() => window.session.set('theme', 'dark'))
    const next = await visitor.stored()
    expect(next.data).toEqual({ theme: 'dark' })
    expect(next.lineage).not.toBe(lineage)
    await expect.poll(() => leaving.evaluate(() => window.session.peek('theme'))).toBe('dark')
  })

  test('gives the rejected values to the app, to offer them again', async () => {
    const visitor = await stage.newVisitor()
    const [leaving, other] = [await visitor.open(), await visitor.open()]
    await leaving.evaluate(() => window.session.set('counter', 7))
    await expect.poll(() => shown(other)).toEqual({ counter: 7, cart: [] })
    const release = await holdCommits(other)
    const sent = other.waitForRequest((request) => request.method() === 'PATCH')
    const rejected = other.evaluate(() =>
      window.session.set('cart', ['apple']).then(
        () => 'stored',
        (error) => ({ code: error.code, values: error.values }),
      ),
    )
    await sent

    await leaving.evaluate(() => window.session.end())
    release()

    expect(await rejected).toEqual({ code: 'ended', values: { cart: ['apple'] } })
  })
})
