// Holds that a page restored from the back/forward cache shows the current session, in Chromium.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { setStage, type Visitor } from './fixtures/stage.ts'

const stage = setStage({ bfcache: true })

/** Opens a tab with something stored, and leaves its page by a link. */
async function openAndLeave(visitor: Visitor): Promise<Page> {
  const page = await visitor.open()
  await page.evaluate(() => {
    window.addEventListener('pageshow', ({ persisted }) => window.received.push(`persisted ${persisted}`))
    return window.session.set('counter', 1)
  })
  await page.goto(`${stage.app.origin}/elsewhere`)
  return page
}

/** Goes back to the page as it was left: its script was frozen, not started again. */
async function goBack(page: Page): Promise<void> {
  // A page from there loads nothing, so it would never come to the load event that the driver waits for.
  await page.goBack({ waitUntil: 'commit' })
  expect(await page.evaluate(() => window.received)).toContain('persisted true')
}

const shown = (page: Page): Promise<number> => page.evaluate(() => window.session.peek('counter'))

describe('a page that comes back from the back/forward cache', () => {
  test('shows what server code changed meanwhile', async () => {
    const visitor = await stage.newVisitor()
    const page = await openAndLeave(visitor)

    await visitor.addElsewhere()
    await goBack(page)

    await expect.poll(() => shown(page)).toBe(1001)
  })

  test('reads the whole state, although nothing changed, since a 304 has neither token nor identity', async () => {
    const visitor = await stage.newVisitor()
    const page = await openAndLeave(visitor)
    const { fullReads } = await stage.app.control()

    await goBack(page)

    await expect.poll(async () => (await stage.app.control()).fullReads).toBe(fullReads + 1)
  })

  test('shows what another tab wrote meanwhile, and hears the other tabs again', async () => {
    const visitor = await stage.newVisitor()
    const page = await openAndLeave(visitor)
    const other = await visitor.open()

    await other.evaluate(() => window.session.set('counter', 2))
    await goBack(page)
    await expect.poll(() => shown(page)).toBe(2)

    await other.evaluate(() => window.session.set('counter', 3))
    await expect.poll(() => shown(page)).toBe(3)
  })

  test('shows nothing of a session that was ended meanwhile', async () => {
    const visitor = await stage.newVisitor()
    const page = await openAndLeave(visitor)
    const other = await visitor.open()

    await other.evaluate(() => window.session.end())
    await goBack(page)

    await expect.poll(() => shown(page)).toBe(0)
    expect(await page.evaluate(() => window.received)).toContain('ended flushed')
  })

  test('writes on what is stored now', async () => {
    const visitor = await stage.newVisitor()
    const page = await openAndLeave(visitor)

    await visitor.addElsewhere()
    await goBack(page)
    await page.evaluate(() => window.session.update('counter', (count) => count + 1))

    expect((await visitor.stored()).data).toEqual({ counter: 1002 })
  })
})
