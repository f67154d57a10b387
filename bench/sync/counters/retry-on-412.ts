// A hand-written counter with If-Match that refetches before each attempt.
import type { CreateCounter } from '../counter.ts'
import { load, send } from '../plain-client.ts'

/** By hand: reads, adds and puts under the entity tag; from the start where somebody else was first. One increment after the other. */
export const createCounter: CreateCounter = (browser, url) => {
  let last = Promise.resolve()

  async function add(): Promise<void> {
    for (let status = 412; status === 412; ) {
      const { data, etag } = await load(browser, url)
      const response = await send(browser, url, { data: { count: (data.count ?? 0) + 1 }, etag })
      status = response.status
    }
  }

  return {
    url,
    increment() {
      last = last.then(add)
      return last
    },
  }
}
