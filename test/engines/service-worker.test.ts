// The session behind service workers that answer its reads from a cache, in every engine.
import { describe, expect, test } from 'vitest'
import type { workers } from '../browser/fixtures/workers.ts'
import type { Tab } from './engine.ts'
import { testedEngines } from './find-engines.ts'
import { setStage, type Visitor } from './stage.ts'

const recipes: readonly (keyof typeof workers)[] = ['cache-first', 'stale-while-revalidate']

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

  test.each(recipes)('a %s worker that answers the reads of a client does not make it storm the server', async (recipe) => {
    const visitor = await stage.newVisitor()
    const tab = await openBehind(visitor, recipe)
    const { patches } = await stage.app.control()

    await tab.start(async () => {
      for (;;) {
        await window.session.update('counter', (counter) => counter + 1).catch(() => {})
        await window.session.revalidate().catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 8000))

    // A slow machine sends fewer. Without its backoff a client sends hundreds.
    expect((await stage.app.control()).patches - patches).toBeLessThan(100)
  })
})
