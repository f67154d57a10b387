// Drives an Express app over HTTP as a browser does, with a jar for one cookie. The tests of sojourn/express use it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'

/** One response, read. */
export interface Reply {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

/** A browser with its own jar. */
export interface Browser {
  send(path: string, init?: RequestInit): Promise<Reply>
  post(path: string, form?: Readonly<Record<string, string>>): Promise<Reply>
  cookie: string | undefined
}

/** A running app. */
export interface RunningApp {
  readonly origin: string
  readonly server: Server
  newBrowser(): Browser
  close(): Promise<void>
}

/** Serves an app on a free port. */
export async function serveApp(app: Express): Promise<RunningApp> {
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    server,
    newBrowser: () => newBrowser(origin),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function newBrowser(origin: string): Browser {
  const browser: Browser = {
    cookie: undefined,
    send: async (path, init = {}) => {
      const headers = new Headers(init.headers)
      if (browser.cookie !== undefined) headers.set('Cookie', browser.cookie)
      const response = await fetch(origin + path, { redirect: 'manual', ...init, headers })
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';')
        browser.cookie = /max-age=0(;|$)/i.test(line) ? undefined : pair
      }
      return { status: response.status, text: await response.text(), headers: response.headers }
    },
    post: (path, form = {}) => browser.send(path, { method: 'POST', body: new URLSearchParams(form) }),
  }
  return browser
}
