// TanStack Query's cache as a contender of the hot suite.
import { notifyManager, QueryClient, QueryObserver } from '@tanstack/query-core'
import type { CreateStore } from '../store.ts'

/** A query for each key, written by hand and listened to by an observer. It tells at once here, as the others do, not in a task of its own. */
export const createStore: CreateStore = (initial) => {
  notifyManager.setScheduler((run) => run())
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY } } })
  client.mount()
  for (const [key, value] of Object.entries(initial)) client.setQueryData([key], value)
  return {
    read: (key) => client.getQueryData([key]) as number,
    set: (key, value) => void client.setQueryData([key], value),
    subscribe: (key, listener) => new QueryObserver<number>(client, { queryKey: [key] }).subscribe(({ data }) => listener(data as number)),
  }
}
