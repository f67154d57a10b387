// Implements the journal's disk over IndexedDB (https://w3c.github.io/IndexedDB/). The version is 1 for good: another layout has another name,
// so no upgrade is ever blocked by an old tab, and none evicts a page from the back/forward cache.
import type { Disk, DiskTransaction } from './disk.ts'

/** Opens a database with the two tables. */
function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore('logs', { keyPath: 'client' })
      request.result.createObjectStore('ends', { keyPath: 'lineage' })
    })
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
    request.addEventListener('blocked', () => reject(request.error))
  })
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })

/** Opens the disk of a session. A connection that the browser closes is opened again by the next transaction. */
export async function openIndexedDb(name: string): Promise<Disk> {
  let database: IDBDatabase | undefined = await connect()

  async function connect(): Promise<IDBDatabase> {
    const opened = await open(name)
    opened.addEventListener('close', () => {
      if (database === opened) database = undefined
    })
    opened.addEventListener('versionchange', () => opened.close())
    return opened
  }

  function begin<T>(on: IDBDatabase, run: (transaction: DiskTransaction) => Promise<T> | T, isLast: boolean): Promise<T> {
    const transaction = on.transaction(['logs', 'ends'], 'readwrite', { durability: 'relaxed' })
    const complete = new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve())
      transaction.addEventListener('abort', () =>
        reject(transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError')),
      )
    })
    const result = run({
      get: (table, key) => settled(transaction.objectStore(table).get(key)),
      getAll: (table) => settled(transaction.objectStore(table).getAll()),
      put: (table, record) => void transaction.objectStore(table).put(record),
      delete: (table, key) => void transaction.objectStore(table).delete(key),
    })
    if (isLast) transaction.commit()
    return Promise.resolve(result).then(
      async (value) => {
        // Without it the browser waits a task to see whether another request comes.
        if (!isLast) commit(transaction)
        await complete
        return value
      },
      (error) => {
        complete.catch(() => {})
        abort(transaction)
        throw error
      },
    )
  }

  return {
    async transact(run, isLast = false) {
      database ??= await connect()
      try {
        return await begin(database, run, isLast)
      } catch (error) {
        // Safari loses connections in the background: the next try opens another one.
        database?.close()
        database = undefined
        throw error
      }
    },
    close() {
      database?.close()
      database = undefined
    },
  }
}

function commit(transaction: IDBTransaction): void {
  try {
    transaction.commit()
  } catch {} // it has committed by itself
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {} // it has aborted by itself
}
