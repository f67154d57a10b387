// TanStack DB with optimistic transactions, as a writer.
import { createCollection, createTransaction, localOnlyCollectionOptions } from '@tanstack/db'
import { createUrl, send } from '../plain-client.ts'
import type { CreateWriter } from '../writer.ts'

interface Row extends Record<string, unknown> {
  readonly id: string
  value: number
}

/** TanStack DB with a hand-made transaction around the writes of a tick. */
export const createWriter: CreateWriter = async (browser, keys) => {
  const url = createUrl(browser)
  const rows = createCollection(
    localOnlyCollectionOptions<Row, string>({ id: url, getKey: ({ id }) => id, initialData: keys.map((id) => ({ id, value: 0 })) }),
  )
  await rows.preload()
  return {
    url,
    write(entries) {
      const put = (row: Row, at: number): void => {
        row.value = entries[at]?.[1] as number
      }
      const transaction = createTransaction({
        async mutationFn({ transaction }) {
          const data = Object.fromEntries(transaction.mutations.map(({ modified }) => [modified.id, modified.value as number]))
          await send(browser, url, { data })
          rows.utils.acceptMutations(transaction)
        },
      })
      transaction.mutate(() => {
        const ids = entries.map(([key]) => key)
        // All rows in one call if it can be: a call for each takes time that grows with the square of them.
        if (new Set(ids).size === ids.length) rows.update(ids, (drafts) => drafts.forEach(put))
        else for (const [at, id] of ids.entries()) rows.update(id, (row) => put(row, at))
      })
      return transaction.isPersisted.promise
    },
    read: (key) => rows.get(key)?.value,
  }
}
