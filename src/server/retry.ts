// Retries a compare-and-set that lost against another writer. Gives up after a fixed number of attempts.

/** How often a compare-and-set is tried before the answer is 503. */
const maxTries = 60

/** Tries until there is a result, with small random pauses so that rivals do not meet again; undefined after the last try. */
export async function retry<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const result = await attempt()
    if (result !== undefined) return result
    if (tries > 2) await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(tries, 20)))
  }
  return undefined
}
