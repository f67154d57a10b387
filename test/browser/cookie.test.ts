// Holds that Chromium keeps, sends and drops the session cookie as the docs promise.
import { describe, expect, test } from 'vitest'
import { setStage } from './fixtures/stage.ts'

const stage = setStage()

describe('the session cookie on http://localhost', () => {
  test('comes with the first write, not with reading', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.revalidate())
    expect(await visitor.context.cookies()).toEqual([])

    await page.evaluate(() => window.session.set('theme', 'dark'))

    expect(await visitor.context.cookies()).toHaveLength(1)
  })

  test('is for this host alone, over TLS alone, and no script can see it', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('theme', 'dark'))

    expect(await visitor.context.cookies()).toMatchObject([
      { name: '__Host-session', domain: 'localhost', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
    ])
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })

  test('stays as it is while the session is written', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('counter', 1))
    const [before] = await visitor.context.cookies()

    await page.evaluate(() => window.session.set('counter', 2))

    expect(await visitor.context.cookies()).toEqual([before])
  })

  test('changes its value with cycleKey, and the session goes on', async () => {
    const visitor = await stage.newVisitor()
    const [page, other] = [await visitor.open(), await visitor.open()]
    await page.evaluate(() => window.session.set('counter', 1))
    const [before] = await visitor.context.cookies()
    const { lineage } = await visitor.stored()

    await page.evaluate(() => window.session.cycleKey())
    await Promise.all([page, other].map((tab) => tab.evaluate(() => window.session.update('counter', (count) => count + 1))))

    const [after] = await visitor.context.cookies()
    expect(after?.value).not.toBe(before?.value)
    expect(await visitor.stored()).toMatchObject({ lineage, data: { counter: 3 } })
  })

  test('goes with the browser when the app asks for it', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('counter', 1))
    expect((await visitor.context.cookies())[0]?.expires).toBeGreaterThan(0)

    await page.evaluate(() => window.session.setExpiry('browser-close'))

    expect((await visitor.context.cookies())[0]?.expires).toBe(-1)
  })

  test('is gone when the session ended', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    await page.evaluate(() => window.session.set('counter', 1))

    await page.evaluate(() => window.session.end())

    expect(await visitor.context.cookies()).toEqual([])
  })
})
