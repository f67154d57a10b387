// The server of the hand-written contenders: plain resources with entity tags, in memory.
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** A plain answer: the state's entity tag, and its data if they were asked for. */
export interface PlainAnswer {
  readonly status: number
  readonly etag: string
  readonly data?: Readonly<Record<string, number>>
}

/**
 * The least that a server by hand does: GET gives the data, PUT puts some over them, under `If-Match` only where nobody
 * else did, and POST adds, so that nobody has to read first. One resource for each path.
 */
export function createPlain(): (request: IncomingMessage) => Promise<PlainAnswer> {
  const resources = new Map<string, { version: number; readonly data: Record<string, number> }>()

  return async (request) => {
    const { url = '', method, headers } = request
    const body = method === 'GET' ? {} : JSON.parse(await text(request))
    const resource = resources.get(url) ?? { version: 0, data: {} }
    resources.set(url, resource)
    const etag = (): string => `"${resource.version}"`
    if (method === 'GET') return { status: 200, etag: etag(), data: resource.data }
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag()) return { status: 412, etag: etag() }
    resource.version++
    if (method === 'PUT') Object.assign(resource.data, body)
    else for (const [key, by] of Object.entries<number>(body)) resource.data[key] = (resource.data[key] ?? 0) + by
    return { status: 204, etag: etag() }
  }
}
