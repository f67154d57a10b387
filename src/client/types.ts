// Owns the public types of the client. Types only.
import type { SessionError } from '../errors/session-error.ts'
import type { SessionSchemaIssue } from '../errors/session-schema-error.ts'
import type { Json } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import type { WritableKey } from '../schema/types.ts'
import type { SessionActivity, SessionStatus, SessionWriteError, SyncEvents } from '../sync/events.ts'

/** Keys of `V` with any values: what may be written to them. */
export type Inputs<V> = { [K in keyof V]: unknown }

/** Ends what it was returned for; calling it again does nothing. */
export type Unsubscribe = () => void

/** Options of a call that waits. */
export interface WaitOptions {
  /** Ends the waiting, not the work: the promise rejects with the signal's reason and the write stays pending. */
  readonly signal?: AbortSignal | undefined
}

/** How one key stands. The same object until something of it changes. */
export interface SessionKeyState {
  /** Of the whole session. */
  readonly status: SessionStatus
  /** Whether the view has a value for the key; false where its default is shown. */
  readonly stored: boolean
  /** How many pending mutations write the key; those with a function only from the first data on. */
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
  /** Why the last exchange failed; null once one succeeds. */
  readonly error: SessionError | null
}

/** When the session ends if nothing is written any more, by the server's clock. */
export interface SessionExpiry {
  /** Milliseconds left now; 0 when it is over. */
  readonly remainingMs: number
  /** Whether the cookie goes when the browser closes. */
  readonly atBrowserClose: boolean
}

/** A mutation that is not acknowledged yet. */
export interface PendingMutation {
  /** The call that made it; `end` for a session whose end is not confirmed yet. */
  readonly kind: 'set' | 'update' | 'delete' | 'clear' | 'transaction' | 'setExpiry' | 'cycleKey' | 'touch' | 'end'
  /** The keys that it touches. */
  readonly keys: readonly string[]
  /** Whether it was taken into a commit. */
  readonly sent: boolean
  /** Takes it back: it leaves the view and its promise rejects with `SessionDiscardedError`. False once it was sent. */
  discard(): boolean
}

/** The session inside a `transaction`. What is read here is expected at the server, so a transaction is serialisable. */
export interface SessionTransaction<V extends object, I extends Inputs<V> = V> {
  /** The key's value, its default where nothing is stored. */
  get<K extends keyof V>(key: K): V[K]
  /** Whether something is stored for the key. */
  has<K extends keyof V>(key: K): boolean
  /** The stored keys of the schema. Who reads them expects that nobody stores anything meanwhile. */
  keys(): string[]
  /** Writes a value. @throws SessionSchemaError; SessionInvalidValueError where `get` gave the default for a stored value that the schema refuses */
  set<K extends keyof V>(key: K, value: I[K]): void
  /** Writes what a pure function makes of the value. @throws SessionSchemaError, SessionInvalidValueError */
  update<K extends keyof V>(key: K, change: (current: V[K]) => I[K]): void
  /** Deletes the key. */
  delete<K extends WritableKey<I>>(key: K): void
}

/** What each event of `on` brings. */
export interface SessionEvents extends SyncEvents {
  /** The session ends soon. */
  expiring: SessionExpiry
}

/** One key of the session, with everything that can be done with it. A Svelte store too. */
export interface SessionKey<T, I = T> {
  /** The key. */
  readonly name: string
  /** Loads once, lazily; then the view. Rejects with `SessionAuthError` where the server wants a log-in. */
  get(): Promise<T>
  /** The view now, without waiting. */
  peek(): T
  /**
   * Returns what is stored in the view as it travels, frozen; undefined if nothing is. For a value that the schema refuses,
   * which reads as the default: an app repairs it from here with `set`.
   */
  raw(): Json | undefined
  /** Shown at once; resolves when acknowledged. */
  set(value: I, options?: WaitOptions): Promise<void>
  /** Runs a pure function on the value, again on every rebase; resolves when acknowledged. */
  update(change: (current: T) => I, options?: WaitOptions): Promise<void>
  /** Deletes the key; resolves when acknowledged. Of type never if the key is read-only. */
  readonly delete: [I] extends [never] ? never : (options?: WaitOptions) => Promise<void>
  /** Calls at once with the value, then at each change. */
  subscribe(run: (value: T) => void): Unsubscribe
  /** Calls at each change of the value. */
  listen(run: (value: T) => void): Unsubscribe
  /** The value that was hydrated, for as long as the client lives; the default where nothing was. */
  getServerSnapshot(): T
  /** How the key stands now; `session.listen` tells when it changes. */
  getState(): SessionKeyState
  /** `getState` as it was hydrated. */
  getServerState(): SessionKeyState
}

/** What `dehydrate` gives and `hydrate` takes: plain JSON. */
export interface DehydratedSession {
  /** The base, without the CSRF token. */
  readonly state: Omit<State, 'csrf'>
}

/** The typed client of one server-side session. `V` is what keys read as, `I` what may be written. */
export interface SessionClient<V extends object, I extends Inputs<V> = V> {
  /** Loads once, lazily; then the view: pending writes included. The default where nothing is stored. */
  get<K extends keyof V>(key: K): Promise<V[K]>
  /** As `get`, with the call's own default where nothing is stored. */
  get<K extends keyof V, const D>(key: K, fallback: D): Promise<Exclude<V[K], undefined> | D>
  /** The view now, without waiting; the default before the first data. */
  peek<K extends keyof V>(key: K): V[K]
  /** Whether something is stored for the key. */
  has<K extends keyof V>(key: K): Promise<boolean>
  /** The stored keys of the schema. As plain texts, for the reason that `Object.keys` has: a client may have more keys than its type here says. */
  keys(): Promise<string[]>
  /** The stored keys of the schema with their values. */
  entries(): Promise<[string, unknown][]>
  /** Shown at once; resolves when acknowledged. @throws SessionSchemaError before anything is shown or sent. */
  set<K extends keyof V>(key: K, value: I[K], options?: WaitOptions): Promise<void>
  /**
   * Runs a pure function on the value, again on every rebase; resolves when acknowledged. In development it runs twice at first.
   * Before the first data it waits for them, and its promise rejects with what else is thrown.
   *
   * @throws SessionSchemaError where the schema refuses what it returns
   * @throws SessionInvalidValueError where the schema refuses what is stored
   * @throws SessionUsageError in development, where the two runs differ
   */
  update<K extends keyof V>(key: K, change: (current: V[K]) => I[K], options?: WaitOptions): Promise<void>
  /** Deletes the key. Shown at once; resolves when acknowledged. */
  delete<K extends WritableKey<I>>(key: K, options?: WaitOptions): Promise<void>
  /** Deletes the key; resolves with the value that was deleted. */
  pop<K extends WritableKey<I> & keyof V>(key: K, options?: WaitOptions): Promise<V[K]>
  /** Stores the value where nothing is stored; resolves with what is stored then. */
  setDefault<K extends keyof V>(key: K, value: I[K], options?: WaitOptions): Promise<V[K]>
  /** Deletes all keys but those that only the server writes. */
  clear(options?: WaitOptions): Promise<void>
  /** One atomic, serialisable commit. The function is pure and synchronous and runs again on every rebase. */
  transaction<R>(run: (tx: SessionTransaction<V, I>) => R extends PromiseLike<unknown> ? never : R, options?: WaitOptions): Promise<R>

  /** Ends the session, here and everywhere: Django's `flush()`. Wiped at once; resolves when the server said that it is gone. */
  end(options?: WaitOptions): Promise<void>
  /**
   * Sets when the session ends: milliseconds from each write on, with the browser, or by the server's policy. A date becomes
   * the milliseconds until then, at the call. It only shortens the life that the server gives the session: more rejects with
   * `SessionRejectedError`, whose `problem` is `expiry-too-long` and whose `limit` is in seconds.
   */
  setExpiry(expiry: number | Date | 'browser-close' | 'default', options?: WaitOptions): Promise<void>
  /** When the session ends; null while not known or where there is none. */
  readonly expiry: SessionExpiry | null
  /** Extends the expiry without changing anything. Reading never does. */
  touch(options?: WaitOptions): Promise<void>
  /** Gives the session a new key and keeps its data. */
  cycleKey(options?: WaitOptions): Promise<void>

  /** Tries at once what waits for its next try, unless the server asked for time; resolves when nothing is pending. Never rejects. */
  settled(): Promise<void>
  /** The log: the mutations that are not acknowledged, in order. */
  readonly pending: readonly PendingMutation[]
  /** Reads anew; resolves when an answer came. Rejects with `SessionAuthError` at a 401. */
  revalidate(options?: WaitOptions): Promise<void>
  /**
   * Runs a request that changes the session's key, such as a log-in, while nothing else is under way, then reads anew.
   * Other fetches of the app are not held. `timeoutMs`, in milliseconds, is how long it waits for what is under way, and how long
   * the function may take. @default 10000
   *
   * @throws SessionUsageError where the function takes longer, as one does that awaits a write of the session
   */
  exclusive<R>(run: () => Promise<R> | R, options?: { readonly timeoutMs?: number | undefined }): Promise<R>
  /**
   * Reads a response of the app's own request: if its `Session-Version` is another one, the client refetches. A version that led to
   * a refetch and was not what came is ignored when it comes again: an app with other keys shows the same state so. Returns the
   * response.
   */
  notice(response: Response): Response
  /** Goes on after a log-in that followed `needs-auth`. */
  resume(): void
  /** Opaque tag of the signed-in user; null for nobody, undefined while not known. */
  readonly identity: string | null | undefined

  /** The base for the page that a server renders, as plain JSON; undefined before the first data. Holds no CSRF token. */
  dehydrate(): DehydratedSession | undefined
  /** Takes what `dehydrate` gave, where nothing is loaded yet. @throws SessionProtocolError where it is something else. */
  hydrate(state: DehydratedSession): void
  /** Ends every timer, listener, channel and request; what is pending rejects with `SessionDisposedError`. */
  dispose(): void

  /** One key with everything that can be done with it; the same object at each call. */
  key<K extends keyof V & string>(key: K): SessionKey<V[K], I[K]>
  /** Calls at once with the snapshot, then at each change of values or status. */
  subscribe(run: (snapshot: SessionSnapshot<V>) => void): Unsubscribe
  /** Calls at each change of values or status. */
  listen(run: (snapshot: SessionSnapshot<V>) => void): Unsubscribe
  /** The whole session now. */
  getSnapshot(): SessionSnapshot<V>
  /** What was hydrated, unchanged for as long as the client lives. */
  getServerSnapshot(): SessionSnapshot<V>
  /** Loads; always the same promise. Settles at `needs-auth` too; never rejects. Carries React's `status`. */
  ready(): Promise<void> & { status?: 'pending' | 'fulfilled' }
  /** Listens to an event. Handlers run after the state is consistent and may call the client. */
  on<E extends keyof SessionEvents>(event: E, run: (event: SessionEvents[E]) => void): Unsubscribe
}
