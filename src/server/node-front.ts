// The options of the Node listener: checks them when it is created, and turns them into what node-request.ts reads by.
import type { ErrorHandler } from '@remix-run/node-fetch-server'
import { checkMembers, functionRule, type OptionRule } from './check-members.ts'
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

const isHost = (value: unknown): boolean => typeof value === 'string' && /^[^/?#@\s]+$/.test(value) && URL.canParse(`http://${value}`)

const rules: { readonly [K in keyof Required<NodeListenerOptions>]: OptionRule } = {
  host: { holds: isHost, wanted: 'a name with an optional port, such as "app.example.com"' },
  protocol: { holds: (value) => value === 'http:' || value === 'https:', wanted: '"http:" or "https:"' },
  trustProxy: {
    holds: (value) => typeof value === 'boolean' || (Number.isSafeInteger(value) && (value as number) > 0),
    wanted: 'true, false, or how many proxies stand in front',
  },
  hosts: {
    holds: (value) => Array.isArray(value) && value.length > 0 && value.every(isHost),
    wanted: 'names with an optional port, such as ["app.example.com"]',
  },
  onError: functionRule,
}

/** @throws SessionConfigError if an option cannot work, or is unknown. */
export function toFront(options: NodeListenerOptions): Front {
  checkMembers('create the Node listener', options, { rules })
  const { host, protocol, trustProxy = false, hosts } = options
  return { host, protocol, proxies: Number(trustProxy), hosts: hosts?.map((name) => name.toLowerCase()) }
}
