// The options of the Node listener: checks them when it is created, and turns them into what node-request.ts reads by.
import type { ErrorHandler } from '@remix-run/node-fetch-server'
import { SessionConfigError } from '../errors/session-config-error.ts'
import type { Front } from './node-request.ts'

/** Options of `toNodeListener`. */
export interface NodeListenerOptions {
  /**
   * The host of the requests' URLs, such as `app.example.com`.
   *
   * @default the Host field of each request
   */
  readonly host?: string | undefined
  /**
   * The scheme of the requests' URLs, `http:` or `https:`. Behind a proxy that ends TLS give `https:`, so that the
   * same-origin check sees the URL that the browser sees.
   *
   * @default that of the connection
   */
  readonly protocol?: string | undefined
  /**
   * Takes host, scheme and client address from `Forwarded` or `X-Forwarded-*`. `true` trusts one proxy; a number says how many
   * proxies stand in front, each of which appends to these fields or overwrites them. What a visitor wrote further left
   * never counts.
   *
   * @default false
   */
  readonly trustProxy?: boolean | number | undefined
  /**
   * The hosts that are served, such as `app.example.com` or `app.example.com:8443`; a request for any other is a 421. Ends
   * DNS rebinding.
   *
   * @default any host
   */
  readonly hosts?: readonly string[] | undefined
  /**
   * Receives errors that an app's own function threw; may return the response. A session handler throws none.
   *
   * @default console.error, and a bare 500
   */
  readonly onError?: ErrorHandler | undefined
}

/** @throws SessionConfigError if an option cannot work. */
export function toFront({ host, protocol, trustProxy = false, hosts, onError }: NodeListenerOptions): Front {
  if (host !== undefined && !isHost(host)) fail(`host is ${show(host)}. Give a name with an optional port, such as "app.example.com".`)
  if (protocol !== undefined && protocol !== 'http:' && protocol !== 'https:') {
    fail(`protocol is ${show(protocol)}. Give "http:" or "https:".`)
  }
  if (typeof trustProxy !== 'boolean' && !(Number.isSafeInteger(trustProxy) && trustProxy > 0)) {
    fail(`trustProxy is ${show(trustProxy)}. Give true, false, or how many proxies stand in front.`)
  }
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.length > 0 && hosts.every(isHost))) {
    fail(`hosts is ${show(hosts)}. Give names with an optional port, such as ["app.example.com"].`)
  }
  if (onError !== undefined && typeof onError !== 'function') fail(`onError is ${show(onError)}. Give a function.`)
  return { host, protocol, proxies: Number(trustProxy), hosts: hosts?.map((name) => name.toLowerCase()) }
}

const isHost = (value: unknown): boolean => typeof value === 'string' && /^[^/?#@\s]+$/.test(value) && URL.canParse(`http://${value}`)

const show = (value: unknown): string => JSON.stringify(value) ?? String(value)

function fail(reason: string): never {
  throw new SessionConfigError(`Failed to create the Node listener: ${reason}`)
}
