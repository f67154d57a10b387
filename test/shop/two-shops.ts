// Starts two server processes of the shop over one store and a balancer in front of them, for tests that kill one of the two.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { StartShop } from './shop-stage.ts'

/** The two processes behind the shop's port. */
export interface TwoShops {
  readonly start: StartShop
  /** `kill -9` of one of the two, 0 or 1; resolves when it is gone. */
  kill(which: number): Promise<void>
  /** Starts a killed one again. */
  revive(which: number): Promise<void>
  /** How many connections each of the two was given. */
  readonly served: readonly number[]
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Prepares two processes over the store that `openStore` resolves with, as a URL. They never outlive this process. */
export function createTwoShops(openStore: () => Promise<string>, closeStore: () => Promise<void>): TwoShops {
  const children: (ChildProcess | undefined)[] = [undefined, undefined]
  const ports: (number | undefined)[] = [undefined, undefined]
  const served = [0, 0]
  let args: readonly string[] = []

  async function revive(which: number): Promise<void> {
    const execArgv = ['--disable-warning=ExperimentalWarning', '--import', pathOf('../doors-hook.ts')]
    const child = fork(pathOf('shop-process.ts'), args, { execArgv })
    children[which] = child
    const [url] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`Failed to start the shop: it ended with code ${code}.`)
      }),
    ])
    ports[which] = Number(new URL(url as string).port)
  }

  async function kill(which: number): Promise<void> {
    const child = children[which]
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  return {
    served,
    kill,
    revive,
    start: async ({ pageFolder, port }) => {
      args = [await openStore(), pageFolder]
      await Promise.all([revive(0), revive(1)])
      const balancer = await startBalancer(port, ports, served)
      return {
        url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}/`,
        close: async () => {
          await Promise.all([kill(0), kill(1)])
          await new Promise((resolve) => balancer.close(resolve))
          await closeStore()
        },
      }
    },
  }
}

/** Gives connections to the ports in turn, and to the other one if the first refuses. It knows bytes, not HTTP. */
async function startBalancer(port: number, ports: readonly (number | undefined)[], served: number[]): Promise<Server> {
  let turn = 0
  const join = (client: Socket, tries: number): void => {
    if (tries === 0) return void client.destroy()
    const which = turn++ % ports.length
    const server = connect(ports[which] as number, '127.0.0.1')
    server.once('error', () => join(client, tries - 1))
    server.once('connect', () => {
      served[which] = (served[which] ?? 0) + 1
      server.removeAllListeners('error').on('error', () => client.destroy())
      server.once('close', () => client.destroy())
      client.once('close', () => server.destroy())
      client.pipe(server).pipe(client)
    })
  }
  const balancer = createServer((client) => {
    client.on('error', () => client.destroy())
    join(client, ports.length)
  })
  await new Promise<void>((resolve) => balancer.listen(port, '127.0.0.1', resolve))
  return balancer
}
