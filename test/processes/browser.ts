// One browser for clients in Node: cookies, locks and channel, shared by its tabs.
import { createCookieJar } from '../../mocks/cookie-jar.ts'
import type { SessionLocks } from '../../src/index.ts'
import type { State } from '../../src/protocol/state.ts'
import { createLocks } from '../client/locks.ts'

/** One browser of a visitor: the cookies, the locks and the channel that its tabs share. */
export interface Browser {
  readonly fetch: typeof fetch
  readonly locks: SessionLocks
  /** Opens the channel of a tab. */
  channel(name: string): BroadcastChannel
  /** Takes over the cookies of another one, as a second device of the same visitor. */
  join(other: Browser): void
  /** The cookies as they travel. */
  cookie(): string | undefined
  /** What the server on a port has for these cookies, asked without the proxy. */
  read(port: number): Promise<State>
}

/** Creates a browser that has been nowhere yet. */
export function createBrowser(name: string, url: string): Browser {
  const jar = createCookieJar(Date.now)
  const home = new URL(url)
  const browser: Browser = {
    async fetch(input, init) {
      const request = new Request(input, init)
      const cookie = jar.header(home)
      if (cookie !== undefined) request.headers.set('Cookie', cookie)
      request.headers.set('Sec-Fetch-Site', 'same-origin')
      const response = await fetch(request)
      // As in a browser: the cookie is there once the head of the response is, whatever becomes of its body.
      jar.store(home, response.headers.getSetCookie())
      return response
    },
    locks: createLocks().locks,
    channel: (url) => new BroadcastChannel(`${name} ${url}`),
    join: (other) => jar.store(home, [`${other.cookie()}; Path=/; Secure`]),
    cookie: () => jar.header(home),
    async read(port) {
      const cookie = jar.header(home)
      const response = await fetch(`http://127.0.0.1:${port}/session`, { headers: { ...(cookie !== undefined && { Cookie: cookie }) } })
      return (await response.json()) as State
    },
  }
  return browser
}
