// Holds that writes survive their page, in Chromium: real IndexedDB, real Web Locks, renderers that crash.
import { createHash } from 'node:crypto'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { setStage, type Visitor } from './fixtures/stage.ts'

const stage = setStage()
const path = '/?journal'

/** Cuts the session off, and nothing else: the app's files still come, as from a service worker. */
async function cutOff(visitor: Visitor): Promise<() => void> {
  let isCut = true
  await visitor.context.route('**/session', (route) => (isCut ? route.abort() : route.continue()))
  return () => {
    isCut = false
  }
}

/** Sets the presence cookie, as a server does with the session's own cookie. */
async function signPresence(visitor: Visitor): Promise<void> {
  const { lineage } = await visitor.stored()
  const value = createHash('sha256').update(`sojourn ${lineage}`).digest('base64url').slice(0, 22)
  await visitor.context.addCookies([{ name: 'session_at', value, url: stage.app.origin }])
}

/** A visitor with a session, and a tab with a journal. */
async function begin() {
  const visitor = await stage.newVisitor()
  const page = await visitor.open(path)
  await page.evaluate(() => window.session.set('counter', 1))
  await signPresence(visitor)
  return { visitor, page, journal: await page.evaluate(() => window.session.journal) }
}

const open = async (visitor: Visitor): Promise<Page> => {
  const page = await visitor.context.newPage()
  await page.goto(stage.app.origin + path)
  await use(page)
  return page
}

/** The first use starts the client; it may never load. */
const use = (page: Page): Promise<void> => page.evaluate(() => void window.session.ready())

const view = (page: Page) => page.evaluate(() => window.session.getSnapshot())

describe('a journal', () => {
  test('shows and keeps an offline write through a reload, and the server stores it once', async () => {
    const { visitor, page, journal } = await begin()
    expect(journal).toBe('on')
    const reconnect = await cutOff(visitor)
    await page.evaluate(() => void window.session.update('counter', (count) => count + 1))
    expect(await page.evaluate(() => window.session.whenDurable())).toBe(true)
    await page.reload()
    await use(page)
    await expect.poll(() => view(page)).toMatchObject({ status: 'ready', values: { counter: 2 }, pending: 1 })
    expect(await page.evaluate(() => window.session.pending.map(({ durable, restored }) => ({ durable, restored })))).toEqual([
      { durable: true, restored: true },
    ])
    reconnect()
    await page.evaluate(() => window.session.settled())
    expect((await visitor.stored()).data).toEqual({ counter: 2 })
  })

  test('keeps a write of the tick in which the page goes', async () => {
    const { visitor, page } = await begin()
    const reconnect = await cutOff(visitor)
    await page.evaluate(() => {
      void window.session.set('theme', 'dark')
      location.assign('/elsewhere')
    })
    await page.waitForURL('**/elsewhere')
    await page.close()
    const next = await open(visitor)
    await expect.poll(() => view(next)).toMatchObject({ values: { theme: 'dark' } })
    reconnect()
    await next.evaluate(() => window.session.settled())
    expect((await visitor.stored()).data).toEqual({ counter: 1, theme: 'dark' })
  })

  test('keeps the writes of two renderers that crash, each exactly once', async () => {
    const { visitor, page } = await begin()
    const other = await visitor.open(path)
    const reconnect = await cutOff(visitor)
    await page.evaluate(() => void window.session.update('counter', (count) => count + 1))
    await other.evaluate(() => void window.session.set('cart', ['apple']))
    for (const tab of [page, other]) expect(await tab.evaluate(() => window.session.whenDurable())).toBe(true)
    for (const tab of [page, other]) {
      const crashed = tab.waitForEvent('crash')
      tab.goto('chrome://crash').catch(() => {})
      await crashed
    }
    reconnect()
    const next = await open(visitor)
    await expect.poll(async () => (await visitor.stored()).data).toEqual({ counter: 2, cart: ['apple'] })
    await expect.poll(() => view(next)).toMatchObject({ values: { counter: 2, cart: ['apple'] }, pending: 0 })
    expect(await next.evaluate(() => window.received)).toEqual([])
  })

  test('shows nothing and sends nothing to the session of another person', async () => {
    const { visitor, page } = await begin()
    const reconnect = await cutOff(visitor)
    await page.evaluate(() => void window.session.set('notes', { secret: 'mine' }))
    await page.evaluate(() => window.session.whenDurable())
    await page.close()
    // A log-out by a plain page takes both cookies, and another person gets a session.
    await visitor.context.clearCookies()
    reconnect()
    const theirs = await visitor.open('/')
    await theirs.evaluate(() => window.session.set('counter', 9))
    const next = await open(visitor)
    await expect.poll(() => view(next)).toMatchObject({ status: 'ready', values: { counter: 9, notes: {} } })
    await expect.poll(() => next.evaluate(() => window.received)).toEqual(['dropped other-visitor 1'])
    expect((await visitor.stored()).data).toEqual({ counter: 9 })
    // Nothing of the first person is left.
    const left = await next.evaluate(async () => {
      const [{ name = '' } = {}] = await indexedDB.databases()
      const opening = indexedDB.open(name)
      await new Promise((resolve) => opening.addEventListener('success', resolve))
      const reading = opening.result.transaction('logs').objectStore('logs').getAll()
      await new Promise((resolve) => reading.addEventListener('success', resolve))
      return JSON.stringify(reading.result)
    })
    expect(left).not.toContain('secret')
  })
})
