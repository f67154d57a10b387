// A faulty TCP proxy between clients and the server. Knows bytes, not HTTP.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Random } from '../simulation/random.ts'
import { createTally } from './tally.ts'

/** Which way some bytes go: `out` to the server, `back` to the client. */
export type Way = 'out' | 'back'

/** A network that cannot be relied on, between clients and a server that comes and goes. It knows bytes, not HTTP. */
export interface FaultyProxy {
  readonly port: number
  /** Where the servers listen, of which each connection gets one; empty while they are down. */
  targets: readonly number[]
  /** Whether everything passes, at once. */
  isCalm: boolean
  /** Told every piece that passes or would; true cuts the connection there: after a piece on its way out, before one on its way back. */
  onPiece: ((way: Way) => boolean) | undefined
  /** How often what happened. */
  readonly figures: Readonly<Record<string, number>>
  close(): Promise<void>
}

/** What befalls a piece: it is late; lost with its connection; its first half alone arrives; it arrives and then the connection is lost; it waits until the client gives up. */
const fates = { pass: 80, late: 13, lost: 2, half: 1.5, last: 2.5, stuck: 0.5 }
/** The longest that a late piece takes, in milliseconds. */
const lateMs = 40
/** The longest until a copy of a request arrives, in milliseconds. */
const copyMs = 600

const badGateway =
  'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 24\r\nConnection: close\r\n\r\n<h1>502 Bad Gateway</h1>'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts the proxy on a port of its own. */
export async function startFaultyProxy(random: Random): Promise<FaultyProxy> {
  const { figures, count } = createTally()
  const sockets = new Set<Socket>()

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    // What goes wrong with a socket shows in its end.
    return socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  }

  /** Draws nothing for a single server, so that the seeds of its runs keep their course. */
  const pickTarget = (): number | undefined => proxy.targets[proxy.targets.length > 1 ? random.int(proxy.targets.length) : 0]

  /** Brings a request that was lost to the server once more, when nobody waits for it. */
  async function copy(request: readonly Buffer[]): Promise<void> {
    await wait(random.int(copyMs))
    const target = pickTarget()
    if (target === undefined) return
    count('late copies')
    keep(connect(target, '127.0.0.1')).resume().end(Buffer.concat(request))
  }

  /** Answers in the place of a server that is down: not at all, or as a gateway does. */
  function answerAlone(client: Socket): void {
    if (proxy.isCalm || random.chance(0.5)) return void client.destroy()
    count('answered 502')
    const response = (): void => void client.end(badGateway)
    client.bytesRead > 0 ? response() : client.once('data', response)
  }

  function join(client: Socket): void {
    count('connections')
    const target = pickTarget()
    if (target === undefined) return answerAlone(client)
    const server = keep(connect(target, '127.0.0.1'))
    let isUp = false
    server.once('connect', () => (isUp = true)).once('error', () => isUp || answerAlone(client))
    /** The request in flight. */
    let request: Buffer[] = []

    function cut(): void {
      count('cut')
      if (random.chance(0.3)) void copy(request)
      client.destroy()
      // What was sent arrives, though nobody waits for its response.
      server.end()
    }

    async function pass(piece: Buffer, way: Way): Promise<void> {
      const to = way === 'out' ? server : client
      if (way === 'out') request.push(piece)
      else request = []
      if (to.destroyed || !to.writable) return
      if (way === 'back' && proxy.onPiece?.(way)) return cut()
      const fate = proxy.isCalm ? 'pass' : random.weigh(fates)
      if (fate !== 'pass') count(fate)
      if (fate === 'late') await wait(random.int(lateMs))
      if (fate === 'stuck') await (client.closed ? undefined : once(client, 'close'))
      if (fate === 'half') to.write(piece.subarray(0, Math.ceil(piece.length / 2)))
      if (fate === 'half' || fate === 'lost') return cut()
      to.write(piece)
      if (fate === 'last' || (way === 'out' && proxy.onPiece?.(way))) cut()
    }

    function flow(from: Socket, to: Socket, way: Way): void {
      let all = Promise.resolve()
      from.on('data', (piece: Buffer) => (all = all.then(() => pass(piece, way))))
      from.once('close', () => void all.then(() => isUp && to.end()))
    }
    flow(client, server, 'out')
    flow(server, client, 'back')
  }

  const listener = createServer((socket) => join(keep(socket)))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const proxy: FaultyProxy = {
    port: (listener.address() as AddressInfo).port,
    targets: [],
    isCalm: false,
    onPiece: undefined,
    figures,
    async close() {
      proxy.targets = []
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
  }
  return proxy
}
