// Sojourn as a writer.
import { openSession } from '../session.ts'
import type { CreateWriter } from '../writer.ts'

/** Sojourn as it is: every value validated, logged and expected to be what it was. */
export const createWriter: CreateWriter = async (browser, keys) => {
  const session = await openSession(browser, keys)
  return {
    url: `${browser.origin}/session`,
    write(entries) {
      for (const [key, value] of entries) session.set(key, value)
      return session.settled()
    },
    read: (key) => session.peek(key),
  }
}
