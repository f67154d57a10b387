// Locks between the tabs and workers of one visitor, in a real browser: sections, first writes, and tabs that die with a lock.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { setStage, type Visitor } from './fixtures/stage.ts'

const stage = setStage()

/** Three tabs of a visitor who has a session. */
async function openThree(visitor: Visitor): Promise<[Page, Page, Page]> {
  const tabs: [Page, Page, Page] = [await visitor.open(), await visitor.open(), await visitor.open()]
  await tabs[0].evaluate(() => window.session.set('theme', 'dark'))
  return tabs
}

/** Begins a section that runs until `window.leave()` is called. Resolves once it runs. */
const enter = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        void window.session.exclusive(
          () =>
            new Promise<void>((leave) => {
              Object.assign(window, { leave })
              resolve()
            }),
        )
      }),
  )
const leave = (page: Page): Promise<void> => page.evaluate(() => (window as unknown as { leave(): void }).leave())

/** Writes without waiting; the tab's `told` says when it is stored. */
const write = (page: Page, counter: number): Promise<void> =>
  page.evaluate((value) => void window.session.set('counter', value).then(() => window.received.push('stored')), counter)
const received = (page: Page): Promise<readonly string[]> => page.evaluate(() => window.received)

describe('a section', () => {
  test('of one tab holds the writes of two others, nested calls included', async () => {
    const visitor = await stage.newVisitor()
    const [holder, second, third] = await openThree(visitor)
    await enter(holder)
    const nested = await holder.evaluate(() => window.session.exclusive(() => 'inner'))
    await Promise.all([write(second, 2), write(third, 3)])
    await holder.waitForTimeout(300)
    expect([nested, await received(second), await received(third)]).toEqual(['inner', [], []])
    await leave(holder)
    await expect.poll(async () => [await received(second), await received(third)]).toEqual([['stored'], ['stored']])
  })

  test('whose tab is closed frees the others', async () => {
    const visitor = await stage.newVisitor()
    const [holder, second] = await openThree(visitor)
    await enter(holder)
    await write(second, 2)
    await holder.close()
    await expect.poll(() => received(second)).toEqual(['stored'])
    expect((await visitor.stored()).data).toMatchObject({ counter: 2 })
  })

  test('whose tab navigates away frees the others', async () => {
    const visitor = await stage.newVisitor()
    const [holder, second] = await openThree(visitor)
    await enter(holder)
    await write(second, 2)
    await holder.goto(`${stage.app.origin}/elsewhere`)
    await expect.poll(() => received(second)).toEqual(['stored'])
  })
})

describe('a first write', () => {
  test('that is slow in one tab keeps no other tab from reading', async () => {
    const visitor = await stage.newVisitor()
    const slow = await visitor.open()
    await stage.app.control({ hold: true })
    await write(slow, 1)
    await expect.poll(async () => (await stage.app.control()).waiting).toBe(1)
    const other = await visitor.open()
    expect(await other.evaluate(() => window.session.get('counter'))).toBe(0)
    await stage.app.control({ hold: false })
    await expect.poll(() => received(slow)).toEqual(['stored'])
  })

  test('of a worker and a page at once creates one session', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    const { created } = await stage.app.control()
    const results = await page.evaluate(async () => {
      const script = document.querySelector<HTMLScriptElement>('script[src]')?.src ?? ''
      const url = new URL('/session', location.href).href
      const code = `self.window = self
        await import(${JSON.stringify(script)})
        const { createSessionClient, z } = self.sojourn
        const session = createSessionClient({ url: ${JSON.stringify(url)}, credentials: 'same-origin', schema: z.object({ theme: z.string().default('light') }) })
        await session.ready()
        postMessage('ready')
        onmessage = () => session.set('theme', 'dark').then(() => postMessage('stored'), (error) => postMessage(error.code))`
      const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' })
      const next = (): Promise<string> =>
        new Promise((resolve) => {
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => resolve(`error: ${message}`)
        })
      const ready = await next()
      const theirs = next()
      worker.postMessage('go')
      const mine = window.session.set('counter', 5).then(
        () => 'stored',
        (error) => String(error.code),
      )
      return [ready, await theirs, await mine]
    })
    expect(results).toEqual(['ready', 'stored', 'stored'])
    expect((await visitor.stored()).data).toEqual({ counter: 5, theme: 'dark' })
    expect((await stage.app.control()).created).toBe(created + 1)
  })

  test('of two tabs without Web Locks creates one session with both writes', async () => {
    const visitor = await stage.newVisitor()
    // As on plain http, if a page has a channel and no locks.
    await visitor.context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
    const [first, second] = [await visitor.open(), await visitor.open()]
    const { created } = await stage.app.control()
    await Promise.all([first.evaluate(() => window.session.set('theme', 'dark')), second.evaluate(() => window.session.set('counter', 5))])
    expect((await visitor.stored()).data).toEqual({ theme: 'dark', counter: 5 })
    expect((await stage.app.control()).created).toBe(created + 1)
  })
})

test('a large commit in flight leaves the page its beacons', async () => {
  const visitor = await stage.newVisitor()
  const page = await visitor.open()
  await page.evaluate(() => window.session.set('theme', 'dark'))
  await stage.app.control({ hold: true })
  await page.evaluate(() => void window.session.set('cart', ['x'.repeat(50_000)]))
  await expect.poll(async () => (await stage.app.control()).waiting).toBe(1)
  expect(await page.evaluate(() => navigator.sendBeacon('/beacon', 'y'.repeat(20_000)))).toBe(true)
  await stage.app.control({ hold: false })
})
