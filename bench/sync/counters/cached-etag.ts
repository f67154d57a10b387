// A hand-written counter with If-Match that remembers its own entity tag.
import type { CreateCounter } from '../counter.ts'
import { load, send } from '../plain-client.ts'

/** By hand, one increment after the other, but it reads only if it was refused: what it has put itself it knows. */
export const createCounter: CreateCounter = async (browser, url) => {
  let { data, etag } = await load(browser, url)
  let last = Promise.resolve()

  async function add(): Promise<void> {
    const count = (data.count ?? 0) + 1
    const response = await send(browser, url, { data: { count }, etag })
    if (response.status === 412) {
      ;({ data, etag } = await load(browser, url))
      return add()
    }
    data = { count }
    etag = response.headers.get('ETag') as string
  }

  return {
    url,
    increment() {
      last = last.then(add)
      return last
    },
  }
}
