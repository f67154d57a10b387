// Counts the work that the network and the server of a mock have in hand, for `mock.idle()`. Work that waits for the test does not
// count.

/** Counts the work in hand, of the network and of the server. Work that waits for the test does not count. */
export interface Activity {
  /** Counts one piece of work until the function that it returns is called. */
  begin(): () => void
  /** Excludes a wait inside such work from the count. */
  wait<T>(waiting: Promise<T>): Promise<T>
  /** Resolves when there is no work. */
  idle(): Promise<void>
}

/** Creates a counter at zero. */
export function createActivity(): Activity {
  let count = 0
  let resolvers: (() => void)[] = []

  const change = (by: 1 | -1): void => {
    count += by
    if (count > 0) return
    for (const resolve of resolvers) resolve()
    resolvers = []
  }

  return {
    begin: () => {
      change(1)
      return () => change(-1)
    },
    wait: async (waiting) => {
      change(-1)
      try {
        return await waiting
      } finally {
        change(1)
      }
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => resolvers.push(resolve))),
  }
}
