// Starts the shop on a port over a store. Called by server.ts and by tests.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeListener } from 'sojourn/server/node'
import { createApp } from './app.ts'
import { readFiles } from './files.ts'
import { openStore } from './open-store.ts'

/** Where the shop runs and what it runs on. */
export interface ShopOptions {
  /** Where the sessions are: a path of an SQLite file, `redis://…` or `postgres://…`. */
  readonly store: string
  /** The folder that Vite has built. */
  readonly pageFolder: string
  readonly host: string
  /** The port to try first; 0 for any free one. */
  readonly port: number
  /** Behind a proxy that ends TLS: take the scheme from its fields. */
  readonly trustProxy?: boolean | undefined
}

/** A shop that answers. */
export interface RunningShop {
  readonly url: string
  /** Ends all connections and closes the store. */
  close(): Promise<void>
}

/** How many ports are tried, one after the other. */
const maxPorts = 20

/** Starts the shop; resolves when it answers. */
export async function startShop({ store: place, pageFolder, host, port, trustProxy = false }: ShopOptions): Promise<RunningShop> {
  const files = readFiles(pageFolder)
  const { store, close: closeStore } = await openStore(place)
  const app = createApp({ store, files })
  const server = createServer(toNodeListener(app, { trustProxy }))
  try {
    await listen(server, host, port)
  } catch (error) {
    await closeStore()
    throw error
  }
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}/`,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await closeStore()
    },
  }
}

/** Listens on a port, or on the next one that is free. */
async function listen(server: Server, host: string, port: number): Promise<void> {
  for (let tried = port; ; tried++) {
    const isTaken = await tryToListen(server, host, tried)
    if (!isTaken) return
    if (port === 0 || tried >= port + maxPorts)
      throw new Error(`Failed to start the shop: the ports ${port} to ${tried} are taken. Set PORT.`)
  }
}

/** Whether the port is taken by somebody else; any other failure rejects. */
function tryToListen(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error))
    server.once('error', onError)
    server.listen(port, host, () => {
      server.off('error', onError)
      resolve(false)
    })
  })
}
