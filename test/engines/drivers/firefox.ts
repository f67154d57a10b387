// Drives Firefox through Puppeteer and WebDriver BiDi. The engine's tests call it; it never looks at the app under test.
import type { Page } from 'puppeteer-core'
import type { Engine, Tab } from '../engine.ts'
import { toExpression } from '../engine.ts'
import { findFirefox } from '../find-engines.ts'

function toTab(page: Page): Tab {
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: async <T, A>(run: (argument: A) => T | Promise<T>, argument?: A) => (await page.evaluate(toExpression(run, argument))) as T,
    start: async (run, argument) => void (await page.evaluate(`void ${toExpression(run, argument)}`)),
    reload: async () => void (await page.reload()),
    // goBack() of the driver waits for a load event, which a page from the back/forward cache never fires.
    back: async () => void (await page.evaluate('void setTimeout(() => history.back())')),
    close: () => page.close(),
    show: () => page.bringToFront(),
  }
}

/** Starts a headless Firefox with its back/forward cache, which Puppeteer turns off otherwise. */
export async function startFirefox(): Promise<Engine> {
  const { launch } = await import('puppeteer-core')
  const executablePath = findFirefox()
  if (executablePath === undefined) throw new Error('Failed to start Firefox: none was found. Install it or set FIREFOX_PATH.')
  const browser = await launch({ browser: 'firefox', executablePath, extraPrefsFirefox: { 'fission.bfcacheInParent': true } })
  return {
    async newVisitor() {
      const context = await browser.createBrowserContext()
      return { newTab: async () => toTab(await context.newPage()), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}
