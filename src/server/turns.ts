// Owns the order in which server code writes one session. Called by session-writer.ts; commits of clients never wait here.

/** Runs work one at a time for each name. */
export type Turns = <T>(name: string, work: (hasWaited: boolean) => Promise<T>) => Promise<T>

/**
 * Creates a queue for each name. Forty requests that update one session would otherwise defeat each other's compare-and-set, and some
 * give up; in turn each one needs a read and a write.
 */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const before = last.get(name)
    const mine = (async () => {
      await before?.catch(() => {})
      return work(before !== undefined)
    })()
    last.set(name, mine)
    try {
      return await mine
    } finally {
      if (last.get(name) === mine) last.delete(name)
    }
  }
}
