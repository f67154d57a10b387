// Declares the store that every contender of the hot suite implements.

/** One contender's store of numbers by key. */
export interface Store {
  read(key: string): number
  set(key: string, value: number): void
  /** Tells every change of the key, at once. Returns the end of it. */
  subscribe(key: string, listener: (value: number) => void): () => void
  /** Has what was set in this tick acknowledged; absent if there is no server. Not measured here. */
  settle?(): Promise<unknown>
}

/** Makes a store that holds some numbers. */
export type CreateStore = (initial: Readonly<Record<string, number>>) => Store | Promise<Store>
