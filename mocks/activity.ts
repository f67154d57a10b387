// Counts the work that the network and the server of a mock have in hand, for `mock.idle()`. Work that waits for the test does not
// count.

/** Knows whether the network or the server has work to do: work that waits for the test does not count. */
export interface Activity {
  /** Counts one piece of work until the function that it returns is called. */
  begin(): () => void
  /** Takes a wait inside such work out of the count. */
  wait<T>(waiting: Promise<T>): Promise<T>
  /** Resolves when there is no work. */
  idle(): Promise<void>
}

/** Makes an idle one. */
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
