// Sojourn as a counter.
import type { CreateCounter } from '../counter.ts'
import { openSession } from '../session.ts'

/** Sojourn: an update, which runs again on what somebody else stored first. */
export const createCounter: CreateCounter = async (browser) => {
  const session = await openSession(browser, ['count'])
  return {
    url: `${browser.origin}/session`,
    increment: () => session.update('count', (count) => count + 1),
  }
}
