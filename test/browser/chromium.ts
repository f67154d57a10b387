// Finds and starts Chromium for the tests that drive it through Playwright.
import type { Browser } from 'playwright-core'
import { findProgram } from './find-program.ts'

/** No sandbox, since containers run as root; no QUIC and no traffic of the browser's own, so that all that a test sees is the app's. */
export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macPaths = ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** Path of Chromium: `CHROMIUM_PATH`, else the first one found on the PATH or where systems put it; undefined if there is none. */
export const findChromium = (): string | undefined => findProgram('CHROMIUM_PATH', names, macPaths)

/** How a Chromium differs from the usual one of the tests. */
export interface LaunchOptions {
  /**
   * Whether pages go into the back/forward cache, as they do for people. The driver turns it off.
   *
   * @default false
   */
  readonly bfcache?: boolean
}

/** Starts a headless Chromium. Close it in `afterAll`. */
export async function launchChromium({ bfcache = false }: LaunchOptions = {}): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('Failed to start Chromium: none was found. Install it or set CHROMIUM_PATH.')
  return chromium.launch({
    executablePath,
    args: [...chromiumArgs],
    ...(bfcache && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  })
}
