// TanStack DB as a contender of the hot suite.
import { BTreeIndex, createCollection, eq, localOnlyCollectionOptions } from '@tanstack/db'
import type { CreateStore } from '../store.ts'

interface Row {
  readonly id: string
  value: number
}

/** A collection of rows that stays on the page. */
export const createStore: CreateStore = async (initial) => {
  const rows = createCollection(
    localOnlyCollectionOptions<Row, string>({
      id: 'rows',
      getKey: ({ id }) => id,
      initialData: Object.entries(initial).map(([id, value]) => ({ id, value })),
      autoIndex: 'eager',
      defaultIndexType: BTreeIndex,
    }),
  )
  await rows.preload()
  return {
    read: (key) => rows.get(key)?.value as number,
    set: (key, value) =>
      void rows.update(key, (row) => {
        row.value = value
      }),
    subscribe(key, listener) {
      const subscription = rows.subscribeChanges((changes) => listener(changes[0]?.value.value as number), {
        where: (row) => eq(row.id, key),
      })
      return () => subscription.unsubscribe()
    },
  }
}
