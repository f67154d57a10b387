// The floor of the counting workloads: a hand-written counter that batches.
import type { CreateCounter } from '../counter.ts'
import { load, send } from '../plain-client.ts'

/** By hand, with the increments of a tick as one. */
export const createCounter: CreateCounter = (browser, url) => {
  let gathered = 0
  let sent: Promise<void> | undefined

  async function flush(): Promise<void> {
    const by = gathered
    gathered = 0
    for (let status = 412; status === 412; ) {
      const { data, etag } = await load(browser, url)
      const response = await send(browser, url, { data: { count: (data.count ?? 0) + by }, etag })
      status = response.status
    }
  }

  return {
    url,
    increment() {
      if (gathered++ === 0) sent = Promise.resolve().then(flush)
      return sent as Promise<void>
    },
  }
}
