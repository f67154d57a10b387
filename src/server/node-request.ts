// Reads what Node's own servers give of a request: its fields, and the URL that it is addressed to. Refuses what is
// addressed to nobody before anything is routed by it. Reads no body: node-body.ts does.
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { type Forwarded, readForwarded } from './forwarded.ts'

/** A request of http, https or http2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest

/** The fields of a request by their lower-case names, values joined as HTTP joins them. Pseudo fields of HTTP/2 included. */
export type Fields = ReadonlyMap<string, string>

/** What the listener was told about the servers in front of it. */
export interface Front {
  readonly host?: string | undefined
  readonly protocol?: string | undefined
  /** How many proxies stand in front; 0 trusts no field. */
  readonly proxies: number
  /** The hosts that are served; undefined serves all. */
  readonly hosts?: readonly string[] | undefined
}

/** Where a request is addressed to and whom it comes from. */
export interface Target {
  /** Scheme, host and port as the browser has them. */
  readonly origin: string
  /** The path and the query, or `*`. */
  readonly path: string
  readonly address: string | undefined
}

/** Why a request is addressed to nobody. */
export interface BadTarget {
  readonly problem: 'bad-request' | 'misdirected'
  readonly detail: string
}

/**
 * Reads the fields from `rawHeaders`: `headersDistinct` is absent in HTTP/2, and `headers` keeps the first of two
 * `Content-Type`, so that two parsers in a row could take a body for different things.
 */
export function readFields({ rawHeaders }: NodeRequest): Fields {
  const fields = new Map<string, string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    const value = rawHeaders[index + 1] as string
    const before = fields.get(name)
    // HTTP/2 may split Cookie (RFC 9113, 8.2.3); any other field is a list with commas (RFC 9110, 5.3).
    fields.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`)
  }
  return fields
}

/** Finds out where a request is addressed to. The host of an absolute target replaces `Host` (RFC 9112, 3.2.2). */
export function readTarget(request: NodeRequest, fields: Fields, front: Front): Target | BadTarget {
  const target = splitTarget(request.url ?? '/', request.method)
  if (!target) return bad('The request target is neither a path nor an http URL.')
  const forwarded = front.proxies > 0 ? readForwarded((name) => fields.get(name), front.proxies) : undefined
  const named = target.host ?? readHost(fields)
  if (named === undefined) return bad('Host and :authority name different hosts, or one of them is there twice.')
  const scheme = front.protocol ?? forwarded?.protocol ?? ('encrypted' in request.socket && request.socket.encrypted ? 'https:' : 'http:')
  const url = toUrl(scheme, front.host ?? forwarded?.host ?? named)
  if (!url) return bad('The host is not a name or an address with an optional port.')
  if (front.hosts && !front.hosts.includes(url.host) && !front.hosts.includes(url.hostname)) {
    return { problem: 'misdirected', detail: 'Name the host in the option hosts of toNodeListener if it is one of yours.' }
  }
  return { origin: url.origin, path: target.path, address: addressOf(request, forwarded) }
}

const bad = (detail: string): BadTarget => ({ problem: 'bad-request', detail })

/** Splits a request target (RFC 9112, 3.2); undefined if it has no form that a server of content can use. */
function splitTarget(target: string, method: string | undefined): { readonly path: string; readonly host?: string } | undefined {
  if (target.startsWith('/')) return { path: target }
  if (target === '*') return method === 'OPTIONS' ? { path: target } : undefined
  const [start = '', host] = /^https?:\/\/([^/?#]*)/i.exec(target) ?? []
  const path = target.slice(start.length)
  if (host === undefined || path.includes('#')) return undefined
  return { host, path: path.startsWith('/') ? path : `/${path}` }
}

/** Returns the host that a request names; undefined if it names two. HTTP/1.0 may name none. */
function readHost(fields: Fields): string | undefined {
  const authority = fields.get(':authority')
  const host = fields.get('host')
  // Two fields were joined by a comma, which no host holds.
  if (host?.includes(',') || (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase()))
    return undefined
  return authority ?? host ?? 'localhost'
}

/** A name, or an IPv4 address, or an IPv6 address in brackets; then a port. Nothing that URL would read as a user, a path or a query. */
const hostPattern = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

function toUrl(scheme: string, host: string): URL | undefined {
  return hostPattern.test(host) ? (URL.parse(`${scheme}//${host}`) ?? undefined) : undefined
}

/** A server that listens on IPv6 and IPv4 at once names IPv4 addresses as mapped ones. */
function addressOf({ socket }: NodeRequest, forwarded: Forwarded | undefined): string | undefined {
  return forwarded?.address ?? socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '')
}
