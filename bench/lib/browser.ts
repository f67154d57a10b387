// Imitates a browser for the clients under measurement: one cookie, six connections, a count of requests.

/** What lies between a client and its server: a cookie, six connections and a count. */
export interface Browser {
  readonly origin: string
  readonly fetch: typeof fetch
  /** How many requests have left. */
  readonly requests: number
  /** Another browser with the same cookie: connections and count are its own. */
  readonly open: () => Browser
  /** Reads a resource; does not count. */
  readonly look: (url: string) => Promise<unknown>
}

/** What browsers open to one host over HTTP/1.1. */
const maxConnections = 6

/** Runs so many at once, first come first served. */
function createGate(width: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting = new Set<() => void>()
  let running = 0
  return async (run) => {
    if (running === width) await new Promise<void>((enter) => waiting.add(enter))
    else running++
    try {
      return await run()
    } finally {
      const [next] = waiting
      if (next) waiting.delete(next)
      else running--
      next?.()
    }
  }
}

/** Creates a browser as far as these clients can tell one. Node's fetch has neither cookies nor a page's origin. */
export function createBrowser(origin: string, jar: { cookie: string } = { cookie: '' }): Browser {
  const enter = createGate(maxConnections)
  let requests = 0

  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    request.headers.set('Origin', origin)
    if (jar.cookie) request.headers.set('Cookie', jar.cookie)
    const response = await fetch(request)
    const [cookie] = response.headers.getSetCookie()
    if (cookie) jar.cookie = cookie.slice(0, cookie.indexOf(';'))
    return response
  }

  return {
    origin,
    fetch(input, init) {
      requests++
      return enter(() => send(input, init))
    },
    get requests() {
      return requests
    },
    open: () => createBrowser(origin, jar),
    look: async (url) => (await send(url)).json(),
  }
}
