// Owns the live updates of one client: when there is a stream, what becomes of its events, and when the page polls. The client calls it after
// each transition. Events go into the inbox, as another tab's messages do: they are hints, and none ends a session.
import type { LiveConnection, LiveState } from '../client/live.ts'
import { isPageHidden } from '../platform/page-lifecycle.ts'
import { sessionRequestHeader } from '../protocol/headers.ts'
import { isObject, parseJson } from '../protocol/json.ts'
import { parseState, type State } from '../protocol/state.ts'
import { receiveMessage, requestRead } from '../sync/commands.ts'
import type { Sync } from '../sync/engine.ts'
import { toMessage } from '../sync/tab-message.ts'
import type { ServerEvent } from './event-parser.ts'
import { createLeader } from './leader.ts'
import { nextAttempt, type StreamHistory } from './next-attempt.ts'
import { createPastVersions } from './past-versions.ts'
import { runStream, type StreamEnd } from './run-stream.ts'

/** One stream, from its request on. */
interface Stream {
  readonly controller: AbortController
  readonly lineage: string | null
  isOpen: boolean
  /** Whether the server said that the key names another session. */
  isLook: boolean
  /** The state that the next event follows. */
  last: State
}

const noHistory: StreamHistory = { failures: 0, silences: 0 }

/** Creates the live updates of a client. */
export function createConnection(sync: Sync, pollMs: number): LiveConnection {
  const { cache, ports, settings } = sync
  const { clock, random, publish, exchange } = ports
  const leader = createLeader(ports.locks.live, update)
  const past = createPastVersions()
  let page: AbortController | undefined
  let isAway = false
  let state: LiveState = 'off'
  let stream: Stream | undefined
  let history = noHistory
  /** Until when no stream is tried: a timer runs, or a read comes first. */
  let pause: { readonly isUnsupported: boolean; readonly timer?: unknown } | undefined
  let pollTimer: unknown
  let lineage: string | null | undefined
  /** A focus read was left to the stream. */
  let owesRead = false

  /** Whether this tab takes part: it is visible, and has a session to hear of. */
  function isWanted(): boolean {
    const isSeen = page !== undefined && !isAway && !isPageHidden() && !sync.state.isDisposed
    return isSeen && typeof cache.base?.lineage === 'string' && !sync.state.ending
  }

  /** Whether a stream may be open now. Not in a section, which may change the key. */
  const mayStream = (): boolean => sync.state.section.phase === 'none' && sync.state.status.status === 'ready'

  function show(next: LiveState): void {
    if (next !== 'poll') clock.clearTimeout(pollTimer)
    if (next === state) return
    state = next
    if (next === 'poll') poll()
    cache.wake()
  }

  function poll(): void {
    clock.clearTimeout(pollTimer)
    pollTimer = clock.setTimeout(() => {
      if (mayStream()) void requestRead(sync, 'conditional')
      poll()
    }, pollMs)
  }

  function endPause(): void {
    clock.clearTimeout(pause?.timer)
    pause = undefined
  }

  function abort(): void {
    stream?.controller.abort()
    stream = undefined
  }

  function rest(): void {
    abort()
    leader.release()
    if (!pause?.isUnsupported) endPause()
    history = noHistory
    show('off')
    if (sync.state.isDisposed) {
      endPause()
      page?.abort()
    }
  }

  function update(): void {
    if (!page) return
    if (!isWanted()) return rest()
    const { base } = cache
    if (base) past.add(base.version)
    if (base?.lineage !== lineage) {
      // A stream belongs to one session, and so does what is known of its server.
      lineage = base?.lineage
      abort()
      endPause()
    }
    leader.take()
    if (leader.standing === 'queued') onQueued()
    if (leader.standing !== 'leading') return
    if (!mayStream()) return abort()
    if (pause?.isUnsupported) {
      show('poll')
      readIfOwed()
    }
    if (!stream && !pause) open()
  }

  /** Another visible tab leads, and passes on what it receives. */
  function onQueued(): void {
    show('stream')
    readIfOwed()
  }

  function readIfOwed(): void {
    if (!owesRead) return
    owesRead = false
    void requestRead(sync, 'conditional')
  }

  function open(): void {
    const { base } = cache
    if (!base) return
    const mine: Stream = { controller: new AbortController(), lineage: base.lineage, isOpen: false, isLook: false, last: base }
    stream = mine
    const headers = { Accept: 'text/event-stream', 'Last-Event-ID': base.version, [sessionRequestHeader]: random.clientId() }
    void runStream({
      send: exchange.send,
      headers,
      clock,
      timeoutMs: exchange.timeoutMs,
      signal: mine.controller.signal,
      onOpen() {
        mine.isOpen = true
        owesRead = false
        if (stream === mine) show('stream')
      },
      onEvent: (event) => stream === mine && onEvent(mine, event),
    }).then((end) => stream === mine && onEnd(mine, end))
  }

  function onEvent(mine: Stream, { type, data }: ServerEvent): void {
    if (type === 'look') mine.isLook = true
    if (type !== 'message') return
    const body = parseJson(data)
    const next = parseState(body)
    if (!next || !isObject(body)) return void requestRead(sync, 'conditional')
    const isNext = body.from === mine.last.version
    const message = toMessage(mine.last, next)
    mine.last = next
    // Versions do not come back, so this is our own commit, or what another tab has passed on.
    if (past.has(next.version)) return
    if (!isNext) return void requestRead(sync, 'conditional')
    // The other tabs do not wait for a commit of this one.
    if (cache.base?.version === message.from) publish.broadcast(message)
    receiveMessage(sync, message)
  }

  function onEnd({ isLook, lineage: opened }: Stream, end: StreamEnd): void {
    const next = nextAttempt({ end, isLook, lineage: opened }, history, random.number(), settings.retry)
    stream = undefined
    history = next
    const { isUnsupported } = next
    const mine = { isUnsupported }
    pause = mine
    if (next.polls) show('poll')
    const wait = (): void => {
      if (pause !== mine) return
      pause = { isUnsupported, timer: clock.setTimeout(tryAgain, next.delayMs) }
    }
    const read = next.read === 'no' && owesRead ? 'conditional' : next.read
    owesRead = false
    if (read === 'no') wait()
    else requestRead(sync, read).then(wait, wait)
  }

  function tryAgain(): void {
    endPause()
    update()
  }

  /** The visitor or the network is back: a pause after a failure is over. */
  function hurry(): void {
    if (pause && !pause.isUnsupported) endPause()
    update()
  }

  return {
    get state() {
      return state
    },
    start() {
      // A server has no visitor who looks, and a worker does not know whether one does.
      if (typeof document === 'undefined') return
      page = new AbortController()
      const { signal } = page
      const leave = (is: boolean) => (): void => {
        isAway = is
        update()
      }
      document.addEventListener('visibilitychange', hurry, { signal })
      addEventListener('online', hurry, { signal })
      addEventListener('pagehide', leave(true), { signal })
      addEventListener('pageshow', leave(false), { signal })
      update()
    },
    update,
    onReturn() {
      hurry()
      if (!isWanted() || !mayStream()) return false
      if (stream) owesRead = !stream.isOpen
      else if (leader.standing === 'asking') owesRead = true
      return stream !== undefined || leader.standing === 'asking'
    },
  }
}
