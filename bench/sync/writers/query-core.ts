// TanStack Query with optimistic mutations, as a writer.
import { MutationObserver, QueryClient } from '@tanstack/query-core'
import type { Browser } from '../../lib/browser.ts'
import { createUrl, send } from '../plain-client.ts'
import type { CreateWriter, Entry, Writer } from '../writer.ts'

/** TanStack Query by hand: a mutation for each write, shown from `onMutate` on. With a scope they go one after the other. */
export function createMutations(browser: Browser, scope?: { id: string }): Writer {
  const url = createUrl(browser)
  const client = new QueryClient()
  client.mount()
  const mutation = new MutationObserver<unknown, Error, Entry>(client, {
    mutationFn: ([key, value]) => send(browser, url, { data: { [key]: value } }),
    onMutate: ([key, value]) => void client.setQueryData([key], value),
    ...(scope && { scope }),
  })
  return {
    url,
    write: (entries) => Promise.all(entries.map((entry) => mutation.mutate(entry))),
    read: (key) => client.getQueryData([key]),
  }
}

export const createWriter: CreateWriter = (browser) => createMutations(browser)
