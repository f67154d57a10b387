// Reads the body of a Node request, up to a limit, also where a parser in front of the session has read it already.
import { Buffer } from 'node:buffer'
import type { BodyFault } from './http.ts'
import type { NodeRequest } from './node-request.ts'

/** What body parsers leave on a request: the text of some, the parsed value of others. */
interface Parsed {
  readonly rawBody?: unknown
  readonly body?: unknown
  /** Of Readable; true once somebody was given data. */
  readonly readableDidRead: boolean
}

/** What a body may be, for a listener. */
export interface BodyOptions {
  readonly maxBytes: number
  /** Called if a parsed object has to do for the text. */
  readonly onParsed: () => void
}

/** Reads the body. Where it is longer than the limit the rest stays unread: node-response.ts discards it. */
export async function readNodeBody(request: NodeRequest, options: BodyOptions): Promise<Uint8Array<ArrayBuffer> | BodyFault> {
  const { rawBody, body, readableDidRead } = request as Parsed
  const { maxBytes, onParsed } = options
  const text = [rawBody, body].find((value) => typeof value === 'string' || value instanceof Uint8Array)
  if (text !== undefined) return limit(Buffer.from(text as string), maxBytes)
  if (!readableDidRead && !request.readableEnded) return collect(request, maxBytes)
  if (typeof body !== 'object' || body === null) return 'consumed'
  onParsed()
  const written = write(body)
  return written === undefined ? 'lossy' : limit(Buffer.from(written), maxBytes)
}

const limit = (bytes: Buffer<ArrayBuffer>, maxBytes: number): Uint8Array<ArrayBuffer> | BodyFault =>
  bytes.byteLength > maxBytes ? 'too-large' : bytes

/** The JSON of a parsed body; undefined if it is not what was sent, because `1e400` was parsed as Infinity. */
function write(body: object): string | undefined {
  try {
    return JSON.stringify(body, (_, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('not finite')
      return value
    })
  } catch {
    return undefined
  }
}

function collect(request: NodeRequest, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | BodyFault> {
  if (request.destroyed) return Promise.resolve('incomplete')
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const settle = (result: Uint8Array<ArrayBuffer> | BodyFault): void => {
      request.off('data', onData).off('end', onEnd).off('close', onBroken).off('error', onBroken)
      resolve(result)
    }
    const onData = (chunk: Buffer): void => {
      length += chunk.byteLength
      chunks.push(chunk)
      if (length <= maxBytes) return
      request.pause()
      settle('too-large')
    }
    const onEnd = (): void => settle(Buffer.concat(chunks, length))
    const onBroken = (): void => settle('incomplete')
    request.on('data', onData).on('end', onEnd).on('close', onBroken).on('error', onBroken)
  })
}
