// The session behind service workers that answer its reads from a cache, in every engine.
import { describe, expect, test } from 'vitest'
import type { workers } from '../browser/fixtures/workers.ts'
import type { Tab } from './engine.ts'
import { testedEngines } from './find-engines.ts'
import { setStage, type Visitor } from './stage.ts'

const recipes: readonly (keyof typeof workers)[] = ['cache-first', 'cache-first-ignoring-vary', 'stale-while-revalidate', 'network-first']

const increment = (tab: Tab): Promise<boolean> =>
  tab.evaluate(() => window.session.update('counter', (counter) => counter + 1).then(() => true))

describe.each(testedEngines)('%s', (engine) => {
  const stage = setStage(engine)

  /** Opens a page whose reads the worker answers, so that it caches what the visitor had before the first write. */
  async function openBehind(visitor: Visitor, recipe: string): Promise<Tab> {
    const tab = await visitor.open()
    await tab.evaluate(async (name) => {
      await navigator.serviceWorker.register(`/worker.js?recipe=${name}`)
      await navigator.serviceWorker.ready
      return true
    }, recipe)
    await tab.reload()
    await expect.poll(() => tab.evaluate(() => navigator.serviceWorker.controller !== null && 'session' in window)).toBe(true)
    await tab.evaluate(() => window.session.ready().then(() => true))
    return tab
  }

  test.each(recipes)('a %s worker neither loses a write nor multiplies requests', async (recipe) => {
    const visitor = await stage.newVisitor()
    const tab = await openBehind(visitor, recipe)
    const { patches } = await stage.app.control()

    await increment(tab)
    await tab.evaluate(() => window.session.revalidate().then(() => true))
    await increment(tab)
    await increment(tab)

    expect((await visitor.stored()).data).toEqual({ counter: 3 })
    expect(await tab.evaluate(() => window.told)).toEqual([])
    expect((await stage.app.control()).patches - patches).toBe(3)
  })

  test('a worker that answers from its cache while the server is down ends no session', async () => {
    const visitor = await stage.newVisitor()
    const tab = await openBehind(visitor, 'network-first')
    await increment(tab)

    await stage.app.kill()
    await tab.start(() => window.session.revalidate())
    await tab.start(() => window.session.update('counter', (counter) => counter + 10))
    await expect.poll(() => tab.evaluate(() => window.session.getSnapshot().error?.code ?? null)).not.toBeNull()
    expect(await tab.evaluate(() => window.session.peek('counter'))).toBe(11)
    await stage.app.start()

    await expect.poll(async () => (await visitor.stored()).data).toEqual({ counter: 11 })
    expect(await tab.evaluate(() => window.told)).toEqual([])
  })
})
