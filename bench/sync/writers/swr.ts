// SWR with optimistic mutations, as a writer.
import { mutate, SWRConfig } from 'swr'
import { createUrl, send } from '../plain-client.ts'
import type { CreateWriter } from '../writer.ts'

/** swr's `mutate`, with the value shown until the server has it. */
export const createWriter: CreateWriter = (browser) => {
  const url = createUrl(browser)
  const name = (key: string): string => `${url}#${key}`
  const put = (key: string, value: number): Promise<unknown> =>
    mutate(name(key), send(browser, url, { data: { [key]: value } }), {
      optimisticData: value,
      populateCache: () => value,
      revalidate: false,
    })
  return {
    url,
    write: (entries) => Promise.all(entries.map(([key, value]) => put(key, value))),
    read: (key) => SWRConfig.defaultValue.cache.get(name(key))?.data,
  }
}
