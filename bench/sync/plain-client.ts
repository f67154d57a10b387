// The requests that hand-written contenders send to the plain resource. One attempt each; retries are the contender's.
import { randomUUID } from 'node:crypto'
import ky, { type KyResponse } from 'ky'
import type { Browser } from '../lib/browser.ts'

/** One attempt, however long it waits for its turn. */
const options = { retry: 0, timeout: false } as const

/** Makes the URL of a plain resource that is not there yet. */
export function createUrl({ origin }: Browser): string {
  return `${origin}/plain/${randomUUID()}`
}

/** Sends numbers to a plain resource, once: to put them there, under an entity tag if one is given, or to add them. */
export function send(
  { fetch }: Browser,
  url: string,
  { method = 'PUT', data, etag }: { method?: 'PUT' | 'POST'; data: Readonly<Record<string, number>>; etag?: string },
): Promise<KyResponse> {
  return ky(url, {
    method,
    json: data,
    fetch,
    ...options,
    throwHttpErrors: false,
    ...(etag !== undefined && { headers: { 'If-Match': etag } }),
  })
}

/** Reads a plain resource. */
export async function load({ fetch }: Browser, url: string): Promise<{ data: Readonly<Record<string, number>>; etag: string }> {
  const response = await ky(url, { fetch, ...options })
  const { data } = await response.json<{ data: Readonly<Record<string, number>> }>()
  return { data, etag: response.headers.get('ETag') as string }
}
