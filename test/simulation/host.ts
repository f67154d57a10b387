import { createHmac, hash } from 'node:crypto'
import type { Scheduler } from './scheduler.ts'

/**
 * Light stand-ins for what the code takes from its host. The handler asks a Request for its method, its header fields
 * and its bytes, and makes Responses of text: with Node's own classes that parsing would be nine tenths of a history.
 * Web Crypto answers from a thread pool, so a history would depend on it; the same hashes are taken at once instead.
 */
export interface Host {
  /** What was thrown in a microtask of its own: errors of listeners. */
  readonly thrown: unknown[]
  restore(): void
}

class LightHeaders {
  readonly fields = new Map<string, string>()
  constructor(init?: LightHeaders | Readonly<Record<string, string>>) {
    if (init instanceof LightHeaders) for (const [name, value] of init.fields) this.fields.set(name, value)
    else for (const name in init) this.fields.set(name.toLowerCase(), init[name] as string)
  }
  get(name: string): string | null {
    return this.fields.get(name.toLowerCase()) ?? null
  }
  set(name: string, value: string): void {
    this.fields.set(name.toLowerCase(), value)
  }
  append(name: string, value: string): void {
    this.set(name, value)
  }
}

/** An answer of the handler, with its body as text. */
export class LightResponse {
  readonly status: number
  readonly headers: LightHeaders
  readonly body: string | null
  constructor(
    body: string | null = null,
    { status = 200, headers }: { status?: number; headers?: LightHeaders | Record<string, string> } = {},
  ) {
    this.status = status
    this.headers = new LightHeaders(headers)
    this.body = body
  }
}

const encoder = new TextEncoder()

/** A request as the handler asks it. */
export function createRequest(method: string, headers: Readonly<Record<string, string>>, body?: string): Request {
  const parts = body === undefined ? [] : [encoder.encode(body)]
  const reader = { read: () => Promise.resolve({ done: parts.length === 0, value: parts.shift() }), cancel: () => Promise.resolve() }
  return {
    method,
    url: 'https://app.example/session',
    headers: new LightHeaders(headers),
    body: { getReader: () => reader },
  } as unknown as Request
}

/** Web Crypto, as far as the handler uses it, without its thread pool. */
const lightCrypto = {
  getRandomValues: (bytes: Uint8Array) => bytes.fill(7),
  subtle: {
    digest: async (_: string, bytes: Uint8Array) => hash('sha256', bytes, 'buffer'),
    importKey: async (_: string, bytes: Uint8Array) => bytes,
    sign: async (_: string, key: Uint8Array, bytes: Uint8Array) => createHmac('sha256', key).update(bytes).digest(),
  },
}

const names = ['Response', 'crypto', 'setTimeout', 'clearTimeout', 'queueMicrotask'] as const

/** Puts the stand-ins in place. Nothing else runs meanwhile: a history never waits for anything but microtasks. */
export function enterHost(scheduler: Scheduler, wallClock: () => number, random: () => number): Host {
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name) as PropertyDescriptor] as const)
  const { now } = Date
  const { random: hostRandom } = Math
  const thrown: unknown[] = []
  const put = (name: string, value: unknown): void =>
    void Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  put('Response', LightResponse)
  put('crypto', lightCrypto)
  put('setTimeout', (run: () => void, delayMs = 0) => scheduler.after(delayMs, run))
  put('clearTimeout', scheduler.cancel)
  put('queueMicrotask', (run: () => unknown) => {
    Promise.resolve()
      .then(run)
      .catch((error) => thrown.push(error))
  })
  Date.now = wallClock
  Math.random = random
  return {
    thrown,
    restore() {
      for (const [name, descriptor] of own) Object.defineProperty(globalThis, name, descriptor)
      Date.now = now
      Math.random = hostRandom
    },
  }
}
