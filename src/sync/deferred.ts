// Owns a promise with its handles. The read queue and `end()` hold one; only `publish.ts` settles them, after the state is complete.

/** A promise with its handles. */
export interface Deferred {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Creates a promise that raises no unhandled rejection if the caller ignores it. */
export function createDeferred(): Deferred {
  let resolve: Deferred['resolve'] = () => {}
  let reject: Deferred['reject'] = () => {}
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone
    reject = onFailed
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}
