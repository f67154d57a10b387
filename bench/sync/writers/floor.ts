// The floor of the writing workloads: a Map and one PUT per tick.
import { createUrl, send } from '../plain-client.ts'
import type { CreateWriter } from '../writer.ts'

/** The least that does the work: a Map, and one PUT of what was written in a tick. */
export const createWriter: CreateWriter = (browser) => {
  const url = createUrl(browser)
  const values = new Map<string, number>()
  let batch: Record<string, number> | undefined
  let sent: Promise<unknown> | undefined

  function flush(): Promise<unknown> {
    const data = batch ?? {}
    batch = undefined
    return send(browser, url, { data })
  }

  function set(key: string, value: number): void {
    values.set(key, value)
    if (!batch) {
      batch = {}
      sent = Promise.resolve().then(flush)
    }
    batch[key] = value
  }

  return {
    url,
    async write(entries) {
      for (const [key, value] of entries) set(key, value)
      await sent
    },
    read: (key) => values.get(key),
  }
}
