// A page that comes back from the back/forward cache with a commit in flight. WebKit keeps such a page and never settles
// its fetch; Chromium settles it; Firefox loads the page again.
import { describe, expect, test } from 'vitest'
import { testedEngines } from './find-engines.ts'
import { setStage } from './stage.ts'

describe.each(testedEngines)('%s', (engine) => {
  const stage = setStage(engine)

  test('a page that returns with a commit in flight writes on, and both writes are stored once', async () => {
    const visitor = await stage.newVisitor()
    // No request of the test runs into this limit, so a fetch that hangs fails the test on any machine.
    const tab = await visitor.open('/?timeoutMs=600000')
    await tab.evaluate(() => window.session.set('theme', 'dark').then(() => true))
    await stage.app.control({ hold: true })

    await tab.start(() => window.session.update('counter', (counter) => counter + 1))
    await expect.poll(async () => (await stage.app.control()).waiting).toBe(1)
    await tab.goto(`${stage.app.origin}/elsewhere`)
    await stage.app.control({ hold: false })
    await expect.poll(async () => (await visitor.stored()).data.counter).toBe(1)
    await tab.back()
    await expect.poll(() => tab.evaluate(() => 'session' in window)).toBe(true)
    await tab.start(() => window.session.update('counter', (counter) => counter + 10))

    await expect.poll(async () => (await visitor.stored()).data.counter).toBe(11)
    await expect.poll(() => tab.evaluate(() => window.session.peek('counter'))).toBe(11)
    await expect.poll(() => tab.evaluate(() => window.session.getSnapshot().pending)).toBe(0)
  })
})
