// Holds that two tabs that write at once lose nothing and end with the same view, in Chromium.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noteRequests, setStage } from './fixtures/stage.ts'

const stage = setStage()

const incrementHundredTimes = (page: Page): Promise<unknown> =>
  page.evaluate(() => Promise.all(Array.from({ length: 100 }, () => window.session.update('counter', (count) => count + 1))))

const shown = (page: Page): Promise<number> => page.evaluate(() => window.session.peek('counter'))

describe('two tabs of one visitor', () => {
  test('a hundred increments of each at once make two hundred', async () => {
    const visitor = await stage.newVisitor()
    const [first, second] = [await visitor.open(), await visitor.open()]
    await first.evaluate(() => window.session.set('theme', 'dark'))
    const before = await visitor.stored()

    await Promise.all([first, second].map(incrementHundredTimes))

    expect(await visitor.stored()).toMatchObject({ lineage: before.lineage, data: { counter: 200, theme: 'dark' } })
    await expect.poll(() => Promise.all([first, second].map(shown))).toEqual([200, 200])
  })

  test('a visitor without a session gets one, with the increments of both', async () => {
    const visitor = await stage.newVisitor()
    const tabs = [await visitor.open(), await visitor.open()]
    expect(await visitor.stored()).toMatchObject({ lineage: null })
    const { created } = await stage.app.control()

    await Promise.all(tabs.map(incrementHundredTimes))

    expect(await visitor.stored()).toMatchObject({ data: { counter: 200 } })
    await expect.poll(() => Promise.all(tabs.map(shown))).toEqual([200, 200])
    expect(await stage.app.control()).toMatchObject({ created: created + 1 })
  })

  test('a tab that is frozen with the lock of a first commit keeps no other one from writing', async () => {
    const visitor = await stage.newVisitor()
    const [frozen, tab] = [await visitor.open(), await visitor.open()]
    await frozen.evaluate(
      () => void navigator.locks.request(`creation ${new URL('/session', location.href).href}`, () => new Promise(() => {})),
    )

    const written = await tab.evaluate(async () => {
      const { createSessionClient, z } = window.sojourn
      const session = createSessionClient({ url: '/session', schema: z.object({ theme: z.string().default('') }), timeoutMs: 200 })
      await session.set('theme', 'dark')
      return session.peek('theme')
    })

    expect(written).toBe('dark')
    expect(await visitor.stored()).toMatchObject({ data: { theme: 'dark' } })
  })

  test('different keys set at once are both there, after a reload and a restart of the server too', async () => {
    const visitor = await stage.newVisitor()
    const [first, second] = [await visitor.open(), await visitor.open()]
    const both = { theme: 'dark', cart: ['apple'] }

    await Promise.all([
      first.evaluate(() => window.session.set('theme', 'dark')),
      second.evaluate(() => window.session.set('cart', ['apple'])),
    ])
    expect(await visitor.stored()).toMatchObject({ data: both })
    await first.reload()
    expect(
      await first.evaluate(async () => ({ theme: await window.session.get('theme'), cart: await window.session.get('cart') })),
    ).toEqual(both)

    await stage.app.kill()
    await stage.app.start()
    expect(await visitor.stored()).toMatchObject({ data: both })
    await second.reload()
    expect(
      await second.evaluate(async () => ({ theme: await window.session.get('theme'), cart: await window.session.get('cart') })),
    ).toEqual(both)
  })

  test('both show the same after writing one key at once', async () => {
    const visitor = await stage.newVisitor()
    const tabs = [await visitor.open(), await visitor.open()]
    const note = (page: Page, name: string): Promise<void> =>
      page.evaluate(async (by) => {
        for (let round = 0; round < 10; round++)
          await window.session.update('notes', (notes) => ({ ...notes, [`${by} ${round}`]: 'x', last: by }))
      }, name)

    await Promise.all(tabs.map((tab, index) => note(tab, `tab ${index}`)))

    const { notes } = (await visitor.stored()).data
    expect(Object.keys(notes as object)).toHaveLength(21)
    await expect.poll(() => Promise.all(tabs.map((tab) => tab.evaluate(() => window.session.peek('notes'))))).toEqual([notes, notes])
  })

  test('a write in one shows in the other without a request of the other', async () => {
    const visitor = await stage.newVisitor()
    const writer = await visitor.open()
    await writer.evaluate(() => window.session.set('theme', 'light'))
    const reader = await visitor.open()
    const requests = noteRequests(reader)

    await writer.evaluate(() => window.session.set('theme', 'dark'))
    await expect.poll(() => reader.evaluate(() => window.session.peek('theme'))).toBe('dark')
    await writer.evaluate(() => window.session.update('cart', (cart) => [...cart, 'pear']))
    await expect.poll(() => reader.evaluate(() => window.session.peek('cart'))).toEqual(['pear'])

    expect(requests).toEqual([])
  })
})
