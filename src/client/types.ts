// Owns the public types of the client. Types only.
import type { SessionError } from '../errors/session-error.ts'
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { Json } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import type { WritableKey } from '../schema/types.ts'
import type { JournalState, SessionActivity, SessionStatus, SessionWriteError, SyncEvents } from '../sync/events.ts'
import type { LiveState } from './live.ts'
import type { PendingMutation } from './pending-mutation.ts'

/** Keys of `V` with any values: what may be written to them. */
export type Inputs<V> = { [K in keyof V]: unknown }

/** Ends what it was returned for; calling it again does nothing. */
export type Unsubscribe = () => void

/** Options of a call that waits. */
export interface WaitOptions {
  /** Ends the waiting, not the work: the promise rejects with the signal's reason and the write stays pending. */
  readonly signal?: AbortSignal | undefined
}

/** The state of one key. The same object until one of its members changes. */
export interface SessionKeyState {
  /** The status of the whole session. */
  readonly status: SessionStatus
  /** Whether the view has a value for the key; false if its default is shown. */
  readonly stored: boolean
  /** How many pending mutations write the key. Mutations with a function count only after the first load. */
  readonly pending: number
  /** Why the last write of the key was rejected; null after the next acknowledged one. */
  readonly error: SessionWriteError | null
  /** Why the schema refuses the stored value, or some of its items; null if it does not. `key.raw()` returns the value. */
  readonly invalid: readonly SessionSchemaIssue[] | null
}

/** The whole session at one moment. The same object until something changes. */
export interface SessionSnapshot<V extends object> {
  /** Every key of the schema with its value. The same object until a value changes. */
  readonly values: Readonly<V>
  /** `loading` only before the first data. */
  readonly status: SessionStatus
  /** What the client is doing now. */
  readonly activity: SessionActivity
  /** How many mutations are pending. */
  readonly pending: number
  /** Opaque tag of the signed-in user; null for nobody, undefined while not known. */
  readonly identity: string | null | undefined
  /** Why the last request failed; null once one succeeds. */
  readonly error: SessionError | null
}

/** When the session ends unless something is written, by the server's clock. */
export interface SessionExpiry {
  /** Milliseconds left; 0 after the end. */
  readonly remainingMs: number
  /** Whether the cookie ends when the browser closes. */
  readonly atBrowserClose: boolean
}

/** The session inside a `transaction`. The server checks everything that is read here, so a transaction is serialisable. */
export interface SessionTransaction<V extends object, I extends Inputs<V> = V> {
  /** Returns the key's value; its default if nothing is stored. */
  get<K extends keyof V>(key: K): V[K]
  /** Returns whether something is stored for the key. */
  has<K extends keyof V>(key: K): boolean
  /** Returns the stored keys of the schema. The transaction then conflicts with every concurrent write. */
  keys(): string[]
  /** Writes a value. @throws SessionSchemaError; SessionInvalidValueError if `get` returned the default because the schema refuses the stored value */
  set<K extends keyof V>(key: K, value: I[K]): void
  /** Writes what a pure function returns for the value. @throws SessionSchemaError, SessionInvalidValueError */
  update<K extends keyof V>(key: K, change: (current: V[K]) => I[K]): void
  /** Deletes the key. */
  delete<K extends WritableKey<I>>(key: K): void
}

/** The events of `on`, with what each handler receives. */
export interface SessionEvents extends SyncEvents {
  /** Emitted shortly before the session ends. */
  expiring: SessionExpiry
}

/** One key of the session, with all its calls. It is also a Svelte store. */
export interface SessionKey<T, I = T> {
  /** The key. */
  readonly name: string
  /** Loads the session once, lazily, then returns the key's value in the view. Rejects with `SessionAuthError` if the server requires a log-in. */
  get(options?: WaitOptions): Promise<T>
  /** Returns the current value in the view, without waiting. */
  peek(): T
  /**
   * Returns the stored value in its wire form, frozen; undefined if nothing is stored. Use it to repair, with `set`, a value
   * that the schema refuses and that reads as the default.
   */
  raw(): Json | undefined
  /** Stores a value. Updates the view immediately; resolves when the server has acknowledged the write. */
  set(value: I, options?: WaitOptions): Promise<void>
  /** Stores what a pure function returns for the value. Runs it again on every rebase; resolves when acknowledged. */
  update(change: (current: T) => I, options?: WaitOptions): Promise<void>
  /** Deletes the key; resolves when acknowledged. Its type is never if the key is read-only. */
  readonly delete: [I] extends [never] ? never : (options?: WaitOptions) => Promise<void>
  /** Calls the function immediately with the value, then at each change. */
  subscribe(run: (value: T) => void): Unsubscribe
  /** Calls the function at each change of the value. */
  listen(run: (value: T) => void): Unsubscribe
  /** Returns the hydrated value, unchanged for the client's whole life; the default if nothing was hydrated. */
  getServerSnapshot(): T
  /** Returns the key's current state. `session.listen` notifies of its changes. */
  getState(): SessionKeyState
  /** Returns the key's state as it was hydrated. */
  getServerState(): SessionKeyState
}

/** What `dehydrate` returns and `hydrate` accepts: plain JSON. */
export interface DehydratedSession {
  /** The base, without the CSRF token. */
  readonly state: Omit<State, 'csrf'>
}

/** The typed client of one server-side session. `V` is the type that keys read as, `I` what may be written to them. */
export interface SessionClient<V extends object, I extends Inputs<V> = V> {
  /** Loads the session once, lazily, then returns the key's value in the view, pending writes included; its default if nothing is stored. */
  get<K extends keyof V>(key: K): Promise<V[K]>
  /** Returns the same, with the call's own default if nothing is stored. */
  get<K extends keyof V, const D>(key: K, fallback: D): Promise<Exclude<V[K], undefined> | D>
  /** Returns the same, and waits no longer than `signal` allows; the schema's default if `fallback` is undefined. */
  get<K extends keyof V>(key: K, fallback: undefined, options: WaitOptions): Promise<V[K]>
  get<K extends keyof V, const D>(key: K, fallback: D, options: WaitOptions): Promise<Exclude<V[K], undefined> | D>
  /** Returns the current value in the view, without waiting; the default before the first load. */
  peek<K extends keyof V>(key: K): V[K]
  /** Returns whether something is stored for the key. */
  has<K extends keyof V>(key: K, options?: WaitOptions): Promise<boolean>
  /** Returns the stored keys of the schema, typed as strings as `Object.keys` does: a client may have more keys than its type here declares. */
  keys(options?: WaitOptions): Promise<string[]>
  /** Returns the stored keys of the schema with their values. */
  entries(options?: WaitOptions): Promise<[string, unknown][]>
  /** Stores a value. Updates the view immediately; resolves when the server has acknowledged the write. @throws SessionSchemaError before anything is shown or sent */
  set<K extends keyof V>(key: K, value: I[K], options?: WaitOptions): Promise<void>
  /**
   * Stores what a pure function returns for the value. Runs it again on every rebase; resolves when acknowledged. In development
   * the first run happens twice. Before the first load the function waits, and its errors reject the promise.
   *
   * @throws SessionSchemaError if the schema refuses what the function returns
   * @throws SessionInvalidValueError if the schema refuses the stored value
   * @throws SessionUsageError in development, if the two runs differ
   */
  update<K extends keyof V>(key: K, change: (current: V[K]) => I[K], options?: WaitOptions): Promise<void>
  /** Deletes the key. Updates the view immediately; resolves when acknowledged. */
  delete<K extends WritableKey<I>>(key: K, options?: WaitOptions): Promise<void>
  /** Deletes the key; resolves with the value that was deleted. */
  pop<K extends WritableKey<I> & keyof V>(key: K, options?: WaitOptions): Promise<V[K]>
  /** Stores the value if nothing is stored; resolves with the value that is stored afterwards. */
  setDefault<K extends keyof V>(key: K, value: I[K], options?: WaitOptions): Promise<V[K]>
  /** Deletes all keys except those that only the server writes. */
  clear(options?: WaitOptions): Promise<void>
  /** Stores all writes of a function in one atomic, serialisable commit. The function must be pure and synchronous; it runs again on every rebase. */
  transaction<R>(run: (tx: SessionTransaction<V, I>) => R extends PromiseLike<unknown> ? never : R, options?: WaitOptions): Promise<R>

  /** Ends the session everywhere, as Django's `flush()`. Wipes the view immediately; resolves when the server has confirmed the end. */
  end(options?: WaitOptions): Promise<void>
  /**
   * Sets when the session ends: milliseconds after each write, with the browser, or by the server's policy. A date is converted
   * to milliseconds at the call. The server's lifetime is the limit: a longer expiry rejects with `SessionRejectedError`, whose
   * `problem` is `expiry-too-long` and whose `limit` is in seconds.
   */
  setExpiry(expiry: number | Date | 'browser-close' | 'default', options?: WaitOptions): Promise<void>
  /** When the session ends; null while unknown or without a session. */
  readonly expiry: SessionExpiry | null
  /** Extends the expiry without changing anything. Reading never does. */
  touch(options?: WaitOptions): Promise<void>
  /** Rotates the session's key and keeps its data, as Django's `cycle_key()`. */
  cycleKey(options?: WaitOptions): Promise<void>

  /** Retries now what waits for its next attempt, unless the server sent `Retry-After`; resolves when nothing is pending. Never rejects. */
  settled(): Promise<void>
  /** Resolves with true once everything pending is on this device's disk, with false if it cannot be. docs/offline.md says what that is worth. */
  whenDurable(): Promise<boolean>
  /** Whether writes survive the page: `off` without the option `persist`, `memory` if the browser's storage cannot be used. */
  readonly journal: JournalState
  /** The log: the mutations that are not acknowledged yet, in order. */
  readonly pending: readonly PendingMutation[]
  /** Refetches the session; resolves when the response has arrived. Rejects with `SessionAuthError` at a 401. */
  revalidate(options?: WaitOptions): Promise<void>
  /**
   * Runs a request that changes the session's key, such as a log-in, while no other session request is in flight, then refetches.
   * It pauses Sojourn's requests only, not the app's own `fetch` calls. `timeoutMs` limits, in milliseconds, the wait for requests
   * in flight and the function itself. @default 10000
   *
   * @throws SessionUsageError if the function takes longer, for instance because it awaits a write of the session
   */
  exclusive<R>(run: () => Promise<R> | R, options?: { readonly timeoutMs?: number | undefined }): Promise<R>
  /**
   * Resolves with the header field that carries the CSRF token to a target, by default the session's URL; empty if it may not have the
   * token (option `csrf.origins`). Reads the session first if no token is known.
   *
   * @example
   * await fetch('/buy', { method: 'POST', headers: await session.csrfHeaders('/buy') })
   */
  csrfHeaders(target?: string | URL): Promise<Record<string, string>>
  /**
   * Sends a request of the app as `fetch` does, with the CSRF header for the origins that may have it, and passes the response to `notice`.
   *
   * @example
   * await session.exclusive(() => session.fetch('/log-in', { method: 'POST', body: new FormData(form) }))
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * Reads the `Session-Version` of a response to the app's own request and refetches if it is new. Ignores a version that led to a
   * refetch and was not what the refetch returned, because an endpoint with other keys has other versions. Returns the response.
   */
  notice(response: Response): Response
  /** Resumes after a log-in that followed `needs-auth`. */
  resume(): void
  /** Opaque tag of the signed-in user; null for nobody, undefined while not known. */
  readonly identity: string | null | undefined
  /**
   * How changes by other devices reach this tab: `stream`, `poll`, or `off` without the option `live`, without a session and in a
   * hidden tab. A visible tab that another tab of the browser serves says `stream`. `listen` and `subscribe` notify of a change.
   */
  readonly live: LiveState

  /** Returns the base as plain JSON, for a page that a server renders; undefined before the first load. It contains no CSRF token. */
  dehydrate(): DehydratedSession | undefined
  /** Loads what `dehydrate` returned, unless something is loaded already. @throws SessionProtocolError if it is something else */
  hydrate(state: DehydratedSession): void
  /** Ends every timer, listener, channel and request. Pending writes reject with `SessionDisposedError`. */
  dispose(): void

  /** Returns one key with all its calls; the same object at each call. */
  key<K extends keyof V & string>(key: K): SessionKey<V[K], I[K]>
  /** Calls the function immediately with the snapshot, then at each change of values or status. */
  subscribe(run: (snapshot: SessionSnapshot<V>) => void): Unsubscribe
  /** Calls the function at each change of values or status. */
  listen(run: (snapshot: SessionSnapshot<V>) => void): Unsubscribe
  /** Returns the current snapshot of the whole session. */
  getSnapshot(): SessionSnapshot<V>
  /** Returns the hydrated snapshot, unchanged for the client's whole life. */
  getServerSnapshot(): SessionSnapshot<V>
  /**
   * Loads the session; always the same promise, unless a `signal` ends the wait. It also resolves at `needs-auth`, after `readyTimeoutMs`
   * and when the signal aborts, with `status: 'loading'` and `error` in the snapshot, and never rejects. It carries the `status` that React reads.
   */
  ready(options?: WaitOptions): Promise<void> & { status?: 'pending' | 'fulfilled' }
  /** Listens to an event. Handlers run after the state is consistent and may call the client. */
  on<E extends keyof SessionEvents>(event: E, run: (event: SessionEvents[E]) => void): Unsubscribe
}
