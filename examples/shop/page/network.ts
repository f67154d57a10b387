// Owns the page's `fetch` with switchable faults. The server knows nothing of them.

/** What a visitor's network does now and then. `lose-…` happen once, to the next commit; the others last until they are switched off. */
export type Fault = 'offline' | 'slow' | 'lose-answer' | 'lose-request'

/** What the network lost. */
export type Lost = 'offline' | 'request' | 'answer'

/** The page's own network with switches for its faults. They are made here, in the page; the server knows nothing of them. */
export interface Network {
  /** `fetch`, as good as the faults let it be. */
  readonly fetch: typeof fetch
  has(fault: Fault): boolean
  set(fault: Fault, isOn: boolean): void
  /** Told when a switch moved, by whomever. */
  onSwitch(run: () => void): void
  /** Told when something was lost, before the client learns of it. */
  onLost(run: (what: Lost) => void): void
}

/** One way over a slow network. */
const slowMs = 1400
/** How long it takes to see that something is lost; a real one takes longer. */
const lostMs = 800

/** Creates a network without faults. */
export function createNetwork(): Network {
  const faults = new Set<Fault>()
  const switches = new Set<() => void>()
  const watchers = new Set<(what: Lost) => void>()

  function set(fault: Fault, isOn: boolean): void {
    if (isOn) faults.add(fault)
    else faults.delete(fault)
    for (const run of switches) run()
    // What a browser says when its network is back.
    if (fault === 'offline' && !isOn) window.dispatchEvent(new Event('online'))
  }

  async function lose(what: Lost, afterMs: number, signal: AbortSignal): Promise<never> {
    await wait(afterMs, signal)
    for (const run of watchers) run(what)
    // As fetch itself says it.
    throw new TypeError('Failed to fetch')
  }

  async function send(request: Request): Promise<Response> {
    const { signal } = request
    const isCommit = request.method === 'PATCH'
    if (faults.has('offline')) return lose('offline', 0, signal)
    if (isCommit && faults.has('lose-request')) {
      set('lose-request', false)
      return lose('request', lostMs, signal)
    }
    if (faults.has('slow')) await wait(slowMs, signal)
    const response = await fetch(request)
    if (faults.has('slow')) await wait(slowMs, signal)
    if (faults.has('offline')) return lose('answer', 0, signal)
    if (!isCommit || !response.ok || !faults.has('lose-answer')) return response
    set('lose-answer', false)
    return lose('answer', lostMs, signal)
  }

  return {
    fetch: (input, init) => send(new Request(input, init)),
    has: (fault) => faults.has(fault),
    set,
    onSwitch: (run) => void switches.add(run),
    onLost: (run) => void watchers.add(run),
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
}
