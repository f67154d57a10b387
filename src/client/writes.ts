// Owns the calls that write. Each updates the view at once, wakes the pipeline and returns the promise of its acknowledgement.
import type { Mutation } from '../cache/mutation.ts'
import type { Operation, Transaction, WriteOperation } from '../cache/operation.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import type { Core } from './core.ts'
import type { UntypedClient } from './session-key.ts'
import type { WaitOptions } from './types.ts'
import { waitFor } from './wait-for.ts'

type Writes = Pick<
  UntypedClient,
  'set' | 'update' | 'delete' | 'pop' | 'setDefault' | 'clear' | 'transaction' | 'setExpiry' | 'touch' | 'cycleKey'
>

/** Converts an expiry to its wire form: whole seconds, 0 for the end of the browser, null for the server's policy. @throws SessionUsageError */
export function toWireExpiry(expiry: number | Date | 'browser-close' | 'default'): number | null {
  if (expiry === 'default') return null
  if (expiry === 'browser-close') return 0
  const seconds = Math.round((expiry instanceof Date ? expiry.getTime() - Date.now() : expiry) / 1000)
  // JSON would turn Infinity into null, the server's policy.
  if (seconds >= 1 && Number.isSafeInteger(seconds)) return seconds
  throw new SessionUsageError('setExpiry takes at least a second from now, in milliseconds or as a date. Call end() to end the session.')
}

/** Creates the calls that write. Each updates the view at once and returns the promise of its acknowledgement. */
export function createWrites({ cache, codec, sync, start, pure }: Core): Writes {
  function send<T>({ receipt }: Mutation, options: WaitOptions | undefined): Promise<T> {
    sync.wake()
    return (options?.signal ? waitFor(receipt, options) : receipt) as Promise<T>
  }
  function add<T = void>(operation: Exclude<Operation, WriteOperation>, options?: WaitOptions): Promise<T> {
    start()
    return send(cache.add(operation), options)
  }
  // Two types of one thing: the typed transaction of the client, and the untyped one of the cache.
  const transaction = (run: (tx: Transaction) => unknown, options?: WaitOptions): Promise<unknown> =>
    add({ kind: 'transaction', run: pure(run) }, options)

  return {
    set(key, value, options) {
      codec.checkWrite(key)
      const mine = codec.encode(key, value)
      start()
      return send(cache.write(key, mine), options)
    },
    delete(key, options) {
      codec.checkWrite(key)
      start()
      return send(cache.write(key, undefined), options)
    },
    update(key, change, options) {
      codec.checkWrite(key)
      return add({ kind: 'update', key, change: pure(change) }, options)
    },
    pop(key, options) {
      codec.checkWrite(key)
      return transaction((tx) => {
        const value = tx.get(key)
        tx.delete(key)
        return value
      }, options)
    },
    setDefault(key, value, options) {
      codec.checkWrite(key)
      // An invalid value throws here, not at the load. Encoding also copies, so that a later mutation by the app changes nothing.
      const raw = codec.encode(key, value)
      const given = raw === undefined ? undefined : codec.decode(key, raw).value
      return transaction((tx) => {
        if (!tx.has(key)) tx.set(key, given)
        return tx.get(key)
      }, options)
    },
    transaction: transaction as UntypedClient['transaction'],
    clear: (options) => add({ kind: 'clear' }, options),
    setExpiry: (expiry, options) => add({ kind: 'setExpiry', expiry: toWireExpiry(expiry) }, options),
    touch: (options) => add({ kind: 'touch' }, options),
    cycleKey: (options) => add({ kind: 'cycleKey' }, options),
  }
}
