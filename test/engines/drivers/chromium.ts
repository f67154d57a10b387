// Drives Chromium through Playwright. The engine's tests call it; it never looks at the app under test.
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../browser/chromium.ts'
import type { Engine, Tab } from '../engine.ts'
import { toExpression } from '../engine.ts'

function toTab(page: Page): Tab {
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (run, argument) => page.evaluate(toExpression(run, argument)),
    start: async (run, argument) => page.evaluate(`void ${toExpression(run, argument)}`),
    reload: async () => void (await page.reload()),
    // A page from the back/forward cache loads nothing, so the driver would wait for its load event in vain.
    back: async () => void (await page.goBack({ waitUntil: 'commit' })),
    close: () => page.close(),
    show: () => page.bringToFront(),
  }
}

/** Starts Chromium with its back/forward cache, which Playwright turns off otherwise. */
export async function startChromium(): Promise<Engine> {
  const browser: Browser = await launchChromium({ bfcache: true })
  return {
    async newVisitor() {
      const context = await browser.newContext()
      return { newTab: async () => toTab(await context.newPage()), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}
