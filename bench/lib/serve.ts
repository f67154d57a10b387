// Starts a server of the benches in a process of its own, and is that server's main function.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './child.ts'

/** A server in a process of its own. */
export interface ServerProcess {
  /** Such as `http://localhost:41234`. */
  readonly origin: string
  /** The processor's time that it has taken so far, in milliseconds. */
  cpuMs(): Promise<number>
  stop(): void
}

/** Starts one file of the benches as a server. It ends with this process at the latest. */
export async function startServer(file: string, args: readonly string[]): Promise<ServerProcess> {
  const child = fork(join(root, file), args)
  const hear = async (): Promise<number> => (await once(child, 'message'))[0]
  const port = await hear()
  return {
    origin: `http://localhost:${port}`,
    async cpuMs() {
      const heard = hear()
      child.send('cpu')
      return heard
    },
    stop: () => child.disconnect(),
  }
}

/** What such a file calls: listens on a free port, tells it, and serves what is asked of the process. */
export function listen(server: Server): void {
  // A client that is busy for seconds would find its connections closed.
  server.keepAliveTimeout = 0
  server.listen(0, 'localhost', () => process.send?.((server.address() as AddressInfo).port))
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.((user + system) / 1000)
  })
  process.on('disconnect', () => process.exit())
}
