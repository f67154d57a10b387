// Declares the disk of the journal: two tables, and transactions that are complete or not at all. `indexed-db.ts` implements it in a browser;
// tests implement it in memory. What a transaction compares, `store.ts` decides.

/** The tables, and how a record is found in each: `logs` by its client, `ends` by its lineage. */
export type TableName = 'logs' | 'ends'

/** One transaction on both tables. Its requests are carried out in order. */
export interface DiskTransaction {
  /** Resolves with a record; undefined if there is none. */
  get(table: TableName, key: string): Promise<unknown>
  /** Resolves with all records. */
  getAll(table: TableName): Promise<readonly unknown[]>
  put(table: TableName, record: object): void
  delete(table: TableName, key: string): void
}

/** The disk of one session. */
export interface Disk {
  /**
   * Resolves with what `run` returns, once the transaction is complete; rejects if it is not. `run` awaits nothing but the transaction's own
   * requests. `isLast`: nothing is awaited, because the page is being left.
   */
  transact<T>(run: (transaction: DiskTransaction) => Promise<T> | T, isLast?: boolean): Promise<T>
  /** Closes the connection; the next transaction opens another one. */
  close(): void
}

/** Opens the disk of a session by its name. Rejects if the browser refuses it. */
export type OpenDisk = (name: string) => Promise<Disk>
