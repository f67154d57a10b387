// Owns how server code reads and writes a session key by key: values through the schema, private keys as JSON. Called by
// server-session.ts; it changes a copy of the data and never touches the store.
import { SessionInvalidValueError } from '../errors/session-invalid-value-error.ts'
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { type Json, type JsonObject, own } from '../protocol/json.ts'
import { copyJson } from '../schema/copy-json.ts'
import type { Exposure } from './exposure.ts'

/** Reads the exposed keys of a session. */
export interface SessionReader<V extends object> {
  /** Returns the key's value; its default if nothing is stored, or if the schema refuses what is stored. */
  get<K extends keyof V & string>(key: K): V[K]
  /** As `get`, with the call's own default if nothing is stored. */
  get<K extends keyof V & string, const D>(key: K, fallback: D): Exclude<V[K], undefined> | D
  /** Returns the stored form, also of a value that the schema refuses; undefined if nothing is stored. */
  raw(key: keyof V & string): Json | undefined
  /** Returns whether something is stored. */
  has(key: keyof V & string): boolean
}

/** The keys that clients never see, as JSON. @throws SessionUsageError (each call) for an exposed key */
export interface PrivateKeys {
  get(key: string): Json | undefined
  set(key: string, value: unknown): void
  delete(key: string): void
  /** Returns every private key with its value. */
  all(): JsonObject
}

/** The session inside a `transaction` of server code. It writes read-only keys, too. */
export interface ServerTransaction<V extends object, I extends { [K in keyof V]: unknown } = V> extends SessionReader<V> {
  /** @throws SessionSchemaError if the schema refuses the value; undefined deletes. */
  set<K extends keyof V & string>(key: K, value: I[K]): void
  /** @throws SessionSchemaError; SessionInvalidValueError if the schema refuses what is stored */
  update<K extends keyof V & string>(key: K, change: (current: V[K]) => I[K]): void
  delete(key: keyof V & string): void
  readonly private: PrivateKeys
}

/** The keys without their types, as the parts of the server have them. */
type Untyped = Record<string, unknown>

/** Reads the exposed keys of some data, which is asked for at each call. */
export function createReader({ keys, codec }: Exposure, data: () => JsonObject): SessionReader<Untyped> {
  const raw = (key: string): Json | undefined => {
    if (keys.canRead(key)) return own(data(), key)
    throw new SessionUsageError(`Failed to use the session key "${key}": it is not exposed. Use session.private for it.`)
  }
  const get = (key: string, ...fallback: [unknown?]): unknown => {
    const stored = raw(key)
    return fallback.length > 0 && stored === undefined ? fallback[0] : codec.decode(key, stored).value
  }
  return { get: get as SessionReader<Untyped>['get'], raw, has: (key) => raw(key) !== undefined }
}

/** What a transaction made of the data. */
export interface Transacted {
  readonly data: JsonObject
  readonly isChanged: boolean
  readonly result: unknown
}

/**
 * Runs a transaction on a copy of the data.
 *
 * @throws what the function throws; SessionUsageError if it is async
 */
export function transact(exposure: Exposure, before: JsonObject, run: (tx: ServerTransaction<Untyped>) => unknown): Transacted {
  const { keys, codec } = exposure
  let data = before
  let copy: Record<string, Json> | undefined
  let isOver = false
  const reader = createReader(exposure, () => data)
  const put = (key: string, value: Json | undefined): void => {
    if (isOver) throw new SessionUsageError('The transaction is over: use tx inside its function alone, and not after an await.')
    copy ??= { ...before }
    data = copy
    if (value === undefined) delete copy[key]
    else copy[key] = value
  }
  const checkPrivate = (key: string): void => {
    if (keys.canRead(key))
      throw new SessionUsageError(`Failed to use the session key "${key}" as private: it is exposed. Use the session itself.`)
    if (key === '__proto__')
      throw new SessionUsageError('Failed to write the session key "__proto__": no parser of JSON keeps it. Use another name.')
  }
  const tx: ServerTransaction<Untyped> = {
    ...reader,
    set(key, value) {
      reader.raw(key)
      put(key, codec.encode(key, value))
    },
    update(key, change) {
      const { value, issues } = codec.decode(key, reader.raw(key))
      if (issues) throw new SessionInvalidValueError(key)
      put(key, codec.encode(key, change(value)))
    },
    delete(key) {
      reader.raw(key)
      put(key, undefined)
    },
    private: {
      get(key) {
        checkPrivate(key)
        return own(data, key)
      },
      set(key, value) {
        checkPrivate(key)
        put(key, value === undefined ? undefined : copyJson(key, value))
      },
      delete(key) {
        checkPrivate(key)
        put(key, undefined)
      },
      all: () => Object.fromEntries(Object.entries(data).filter(([key]) => !keys.canRead(key))),
    },
  }
  try {
    const result = run(tx)
    if (typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function') {
      Promise.resolve(result).catch(() => {})
      throw new SessionUsageError('The function of a session transaction is async. Await first, then pass a plain function.')
    }
    return { data, isChanged: data !== before, result }
  } finally {
    isOver = true
  }
}
