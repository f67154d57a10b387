// A TCP proxy that cuts connections, for tests of a store on a real engine. Called by tests only; it never changes a byte.
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Options of `createCuttingProxy`. */
export interface CuttingProxyOptions {
  /** The port of the engine. */
  readonly port: number
  /** @default '127.0.0.1' */
  readonly host?: string | undefined
}

/** A running proxy. */
export interface CuttingProxy {
  /** The port on 127.0.0.1 that clients connect to. */
  readonly port: number
  /** How many connections were cut. */
  readonly cuts: number
  /** Cuts every connection that is open. */
  cutNow(): void
  /** Cuts the next `count` responses of the engine before they reach the client: the command has run, and nobody knows. */
  cutResponses(count: number): void
  /** Refuses connections until `resume`, as an engine that is down does. */
  stop(): void
  resume(): void
  close(): Promise<void>
}

/**
 * Starts a proxy in front of an engine.
 *
 * @example
 * const proxy = await createCuttingProxy({ port: 6379 })
 * const client = createClient({ url: `redis://127.0.0.1:${proxy.port}` })
 * proxy.cutResponses(1)
 */
export async function createCuttingProxy({ port, host = '127.0.0.1' }: CuttingProxyOptions): Promise<CuttingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let toCut = 0
  let cuts = 0
  let isStopped = false

  function cut(pair: readonly [Socket, Socket]): void {
    if (!pairs.delete(pair)) return
    cuts += 1
    for (const socket of pair) socket.destroy()
  }

  const server: Server = createServer((client) => {
    if (isStopped) return void client.destroy()
    const engine = connect(port, host)
    const pair = [client, engine] as const
    pairs.add(pair)
    client.pipe(engine)
    engine.on('data', (bytes) => {
      if (toCut > 0) {
        toCut -= 1
        return cut(pair)
      }
      if (!client.write(bytes)) {
        engine.pause()
        client.once('drain', () => engine.resume())
      }
    })
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => {
        pairs.delete(pair)
        for (const each of pair) each.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()

  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get cuts() {
      return cuts
    },
    cutNow: () => {
      for (const pair of [...pairs]) cut(pair)
    },
    cutResponses: (count) => {
      toCut = count
    },
    stop: () => {
      isStopped = true
      for (const pair of [...pairs]) cut(pair)
    },
    resume: () => {
      isStopped = false
    },
    close: async () => {
      for (const pair of [...pairs]) cut(pair)
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
