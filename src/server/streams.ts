// Owns the live streams of one handler: how many there are, and what each tells its reader. Called by the handler for a GET that accepts
// an event stream. It only reads the store, and keeps no queue: a reader that is behind gets the newest state.
import type { State } from '../protocol/state.ts'
import type { EventStream, StreamSink } from './http.ts'
import type { Settings } from './options.ts'
import { toSharedState } from './state.ts'
import type { Vault } from './vault.ts'

/** After how long without an event a stream sends a comment, in milliseconds: proxies cut connections that are silent for longer. */
const pingMs = 15_000
/** The shortest life of a stream, in milliseconds, and how much longer one may live: a restart must not make all of them end at once. */
const life = { minMs: 600_000, spreadMs: 60_000 }
/** The longest wait of one timer, in milliseconds; a longer one would fire at once. */
const maxTimerMs = 2 ** 31 - 1

/** The session that a stream tells of, as the request that opened it found it. */
export interface StreamSubject {
  /** The key in the cookie. A stream belongs to one key. */
  readonly key: string
  readonly lineage: string | null
  readonly identity: string | null
  /** When the session ends if nothing is written any more, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** The version that the client has: `Last-Event-ID`; null for none. */
  readonly lastEventId: string | null
}

/** The streams of one handler. */
export interface Streams {
  /** Whether the store can tell of changes and the handler may stream. */
  readonly isOffered: boolean
  /** Whether one more stream may be opened. */
  hasRoom(): boolean
  /** Makes a stream. It counts from its start until its connection is gone. */
  open(subject: StreamSubject): EventStream
  /** Ends every stream, and offers none from now on. */
  close(): void
}

/** Creates the streams of a handler. */
export function createStreams(settings: Settings, vault: Pick<Vault, 'find' | 'watch'>): Streams {
  const open = new Set<() => void>()
  let isClosed = false
  return {
    get isOffered() {
      return !isClosed && settings.maxStreams > 0 && vault.watch !== undefined
    },
    hasRoom: () => open.size < settings.maxStreams,
    open: (subject) => (sink) => {
      const stop = (): void => {
        open.delete(end)
        stream.stop()
      }
      const end = (): void => {
        stop()
        sink.end()
      }
      const stream = startStream({ subject, settings, vault, sink, end })
      open.add(end)
      if (isClosed) end()
      return { onDrain: stream.onDrain, onClose: stop }
    },
    close() {
      isClosed = true
      for (const end of [...open]) end()
    },
  }
}

interface StreamParts {
  readonly subject: StreamSubject
  readonly settings: Settings
  readonly vault: Pick<Vault, 'find' | 'watch'>
  readonly sink: StreamSink
  /** Ends the stream from the server's side. */
  readonly end: () => void
}

interface StartedStream {
  onDrain(): void
  stop(): void
}

/** Whether a state is still of the session and the person that the stream was opened for. */
export function isOfStream({ lineage, identity }: Pick<StreamSubject, 'lineage' | 'identity'>, state: State): boolean {
  return state.lineage !== null && state.lineage === lineage && (state.identity ?? null) === identity
}

/** Writes a state as an event: `from` is the version that was sent before it. */
export function toStateEvent(state: State, from: string | null): string {
  return `id: ${state.version}\ndata: ${JSON.stringify({ from, ...state })}\n\n`
}

/** Tells the client that the key no longer names its session. */
export const lookEvent = 'event: look\ndata:\n\n'

function startStream({ subject, settings, vault, sink, end }: StreamParts): StartedStream {
  const { key } = subject
  const closeAt = settings.now() + life.minMs + Math.random() * life.spreadMs
  let sent = subject.lastEventId
  let expiresAt = subject.expiresAt
  let isBehind = false
  let isReading = false
  let isDirty = false
  let isStopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let unwatch = (): void => {}

  function write(text: string): void {
    isBehind = !sink.write(text)
    schedule()
  }

  function schedule(): void {
    clearTimeout(timer)
    const now = settings.now()
    const waitMs = Math.min(pingMs, Math.max(0, closeAt - now), Math.max(1000, expiresAt - now), maxTimerMs)
    timer = setTimeout(onTimer, waitMs)
    ;(timer as { unref?: () => void }).unref?.()
  }

  function onTimer(): void {
    const now = settings.now()
    if (now >= closeAt) return end()
    if (now >= expiresAt) wake()
    if (isBehind) schedule()
    else write(':\n\n')
  }

  /** Reads again after each change, one read at a time. */
  function wake(): void {
    isDirty = true
    if (!isReading && !isBehind && !isStopped) void read()
  }

  async function read(): Promise<void> {
    isReading = true
    try {
      while (isDirty && !isBehind && !isStopped) {
        isDirty = false
        const state = toSharedState((await vault.find(key)).subject, settings)
        if (!isStopped) tell(state)
      }
    } catch {
      // The client opens another one; its response says what is wrong with the store.
      if (!isStopped) end()
    } finally {
      isReading = false
    }
  }

  function tell(state: State): void {
    if (!isOfStream(subject, state)) {
      sink.write(lookEvent)
      return end()
    }
    expiresAt = settings.now() + state.expiry.age * 1000
    if (state.version === sent) return schedule()
    const event = toStateEvent(state, sent)
    sent = state.version
    write(event)
  }

  async function watch(): Promise<void> {
    try {
      const stop = await vault.watch?.(key, wake)
      if (isStopped) return stop?.()
      unwatch = stop ?? unwatch
      // What was written before the store watched.
      wake()
    } catch {
      if (!isStopped) end()
    }
  }

  // At once, so that a proxy that buffers is noticed.
  write('retry: 1000\n\n')
  void watch()
  return {
    onDrain() {
      isBehind = false
      if (isDirty) wake()
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
      unwatch()
    },
  }
}
