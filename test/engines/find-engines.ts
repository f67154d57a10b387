// Finds the engines that this machine has. The configuration of the tests and the tests ask; nothing is started here.
import process from 'node:process'
import { findChromium } from '../browser/chromium.ts'
import { findProgram } from '../browser/find-program.ts'
import type { EngineName } from './engine.ts'

/** Returns the path of Firefox: `FIREFOX_PATH`, else the first one on the PATH; undefined if there is none. */
export const findFirefox = (): string | undefined => findProgram('FIREFOX_PATH', ['firefox-esr', 'firefox'])

/** Returns the path of WebKit's driver: `WEBKIT_DRIVER_PATH`, else the first one on the PATH; undefined if it or Xvfb is missing. */
export const findWebKit = (): string | undefined =>
  findProgram('XVFB_RUN_PATH', ['xvfb-run']) && findProgram('WEBKIT_DRIVER_PATH', ['WebKitWebDriver'])

const find: Record<EngineName, () => string | undefined> = { chromium: findChromium, firefox: findFirefox, webkit: findWebKit }

const names = Object.keys(find) as EngineName[]
const wanted = process.env.SOJOURN_ENGINES?.split(',')

/** Returns the engines that this machine lacks. */
export const findMissingEngines = (): EngineName[] => names.filter((name) => find[name]() === undefined)

/** The engines that the tests run in: all that this machine has, or those of them that `SOJOURN_ENGINES` lists, by comma. */
export const testedEngines: readonly EngineName[] = names.filter((name) => find[name]() && (wanted?.includes(name) ?? true))
