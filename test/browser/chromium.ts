import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import type { Browser } from 'playwright-core'

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

/** Path of a Chromium to drive: `CHROMIUM_PATH`, else the first one found on the PATH or where systems put it; undefined if there is none. */
export function findChromium(): string | undefined {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  const candidates = [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...macPaths]
  return candidates.find((path) => existsSync(path))
}

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
