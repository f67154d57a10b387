// A service worker with a cache before GET, as PWA recipes write it. wire.ts asks it for each read of a tab; it never touches other methods.
import type { LightResponse } from './host.ts'

/** A read as the worker sees it: without the cookie, which no worker sees. */
export interface Read {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a worker does with one read. */
export interface ServiceWorker {
  /** The cached response that it gives at once; undefined if the network has to. */
  answer(read: Read): LightResponse | undefined
  /** Whether the network is asked too, after a cached response. */
  readonly refreshes: boolean
  /** What it gives if the network fails. */
  fallback(read: Read): LightResponse | undefined
  /** The header fields that it lets through: `fetch(request.url)` drops them all. */
  forward(read: Read): Readonly<Record<string, string>>
  /** Keeps a response. */
  keep(read: Read, response: LightResponse): void
}

/** The value of a header field, whatever the case of its name. */
function fieldOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  const found = Object.keys(headers).find((one) => one.toLowerCase() === name.toLowerCase())
  return found === undefined ? undefined : headers[found]
}

/**
 * Creates a worker.
 *
 * @param kind `cache-first`, `stale` (while it revalidates), `network-first`, or `bare` (calls `fetch(request.url)` and caches nothing)
 * @param ignoresVary whether it looks in its cache with `ignoreVary`
 */
export function createServiceWorker(kind: string, ignoresVary: boolean): ServiceWorker {
  const cache = new Map<string, { readonly read: Read; readonly response: LightResponse }>()
  function find(read: Read): LightResponse | undefined {
    const kept = cache.get(read.url)
    if (!kept) return
    const names = (kept.response.headers.get('Vary') ?? '').split(',').map((name) => name.trim())
    // No worker sees the cookie, so `Vary: Cookie` compares nothing with nothing.
    const isOther = names.some((name) => name && name !== 'Cookie' && fieldOf(kept.read.headers, name) !== fieldOf(read.headers, name))
    return isOther && !ignoresVary ? undefined : kept.response
  }
  return {
    refreshes: kind === 'stale',
    answer: (read) => (kind === 'cache-first' || kind === 'stale' ? find(read) : undefined),
    fallback: (read) => (kind === 'network-first' ? find(read) : undefined),
    forward: ({ headers }) => (kind === 'bare' ? {} : headers),
    keep(read, response) {
      if (kind !== 'bare' && response.status === 200) cache.set(read.url, { read, response })
    },
  }
}
