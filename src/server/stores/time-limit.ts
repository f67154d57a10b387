// Bounds how long a store waits for its engine. Called by the Redis and PostgreSQL stores.

/**
 * Rejects if a call takes longer than `timeoutMs` milliseconds. What becomes of the call is unknown then, as after a lost connection:
 * writes are idempotent, so it may still be carried out.
 */
export async function limitTime<T>(call: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    return await Promise.race([
      call,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what} did not answer within ${timeoutMs} ms.`)), timeoutMs)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
