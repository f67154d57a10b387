// Holds that a commit in flight survives leaving its page, in Chromium.
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { setStage } from './fixtures/stage.ts'

const stage = setStage()

/** Resolves when a commit stands at the server's door. */
const waiting = (): Promise<unknown> => expect.poll(async () => (await stage.app.control()).waiting).toBe(1)

afterEach(() => stage.app.control({ hold: false }))

const leave: Record<string, (page: Page) => Promise<unknown>> = {
  'navigates away': async (page) => page.goto(`${stage.app.origin}/elsewhere`),
  'is reloaded': async (page) => page.reload(),
  'is closed': async (page) => page.close(),
}

describe('a commit in flight', () => {
  test.each(Object.keys(leave))('is stored when the page %s', async (how) => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('theme', 'light'))
    const { gone, patches } = await stage.app.control({ hold: true })

    await page.evaluate(() => void window.session.set('theme', 'dark'))
    await waiting()
    await leave[how]?.(page)
    expect((await visitor.stored()).data).toEqual({ theme: 'light' })
    await stage.app.control({ hold: false })

    await expect.poll(async () => (await visitor.stored()).data).toEqual({ theme: 'dark' })
    expect(await stage.app.control()).toMatchObject({ gone, patches: patches + 1 })
  })

  test('is stored when the page goes in the same tick', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('theme', 'light'))

    await page.evaluate(() => {
      void window.session.set('theme', 'dark')
      location.assign('/elsewhere')
    })

    await page.waitForURL('**/elsewhere')
    await expect.poll(async () => (await visitor.stored()).data).toEqual({ theme: 'dark' })
  })

  test('is stored with its cookie when it is the first of a visitor', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    const { created } = await stage.app.control({ hold: true })

    await page.evaluate(() => void window.session.set('cart', ['apple']))
    await waiting()
    await page.goto(`${stage.app.origin}/elsewhere`)
    await stage.app.control({ hold: false })

    await expect.poll(async () => (await visitor.stored()).data).toEqual({ cart: ['apple'] })
    expect(await stage.app.control()).toMatchObject({ created: created + 1 })
  })
})

describe('a change that server code made', () => {
  const shown = (page: Page): Promise<number> => page.evaluate(() => window.session.peek('counter'))

  test.each(['focus', 'visibilitychange'])('is shown on %s', async (type) => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('counter', 1))

    await visitor.addElsewhere()
    await page.evaluate((name) => (name === 'focus' ? window : document).dispatchEvent(new Event(name)), type)

    await expect.poll(() => shown(page)).toBe(1001)
  })

  test('is shown when a response of the app names another version', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('counter', 1))

    await page.evaluate(async () => window.session.notice(await fetch('/add')))

    await expect.poll(() => shown(page)).toBe(1001)
  })
})
