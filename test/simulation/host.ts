// Replaces slow or nondeterministic parts of the platform for the length of a history.
import process from 'node:process'
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
  constructor(init: LightHeaders | readonly (readonly [string, string])[] | Readonly<Record<string, string>> = []) {
    const fields = init instanceof LightHeaders ? init.fields : Array.isArray(init) ? init : Object.entries(init)
    for (const [name, value] of fields) this.fields.set(name.toLowerCase(), value)
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
    { status = 200, headers }: { status?: number; headers?: ConstructorParameters<typeof LightHeaders>[0] } = {},
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

/** 256 bits that differ where the bytes do. A digest of Node's costs more than all that the handler does with it. */
export function digest(bytes: Uint8Array): Uint8Array {
  const words = new Uint32Array(8)
  let [a, b] = [0x9e3779b9, 0x85ebca6b]
  for (let index = 0; index < bytes.length; index++) {
    a = Math.imul(a ^ (bytes[index] as number), 0x01000193)
    b = Math.imul(b ^ (bytes[index] as number) ^ (a >>> 15), 0xc2b2ae35)
  }
  for (let index = 0; index < 8; index++) {
    a = Math.imul(a ^ (a >>> 15) ^ index, 0x2c1b3c6d)
    b = Math.imul(b ^ (b >>> 13) ^ a, 0x297a2d39)
    words[index] = a ^ (b >>> 7)
  }
  return new Uint8Array(words.buffer)
}

/** The host's own classes, which mode `pages` has: ky makes Requests of its own. */
export const real = { Response: globalThis.Response, Headers: globalThis.Headers, AbortController: globalThis.AbortController }

type Listener = () => void

/** A signal as the client and the network use it. */
class LightSignal {
  aborted = false
  reason: unknown
  readonly listeners: Listener[] = []
  addEventListener(_: string, listener: Listener): void {
    this.listeners.push(listener)
  }
}

class LightAbortController {
  readonly signal = new LightSignal()
  abort(): void {
    const { signal } = this
    if (signal.aborted) return
    signal.aborted = true
    signal.reason = new Error('This operation was aborted')
    for (const listener of signal.listeners) listener()
  }
}

/** Web Crypto, as far as the handler uses it, without its thread pool. */
const lightCrypto = {
  getRandomValues: (bytes: Uint8Array) => bytes.fill(7),
  subtle: {
    digest: async (_: string, bytes: Uint8Array) => digest(bytes),
    importKey: async (_: string, bytes: Uint8Array) => bytes,
    sign: async (_: string, key: Uint8Array, bytes: Uint8Array) => digest(Uint8Array.from([...key, ...bytes])),
  },
}

const names = ['Response', 'Headers', 'AbortController', 'crypto', 'setTimeout', 'clearTimeout', 'queueMicrotask'] as const

/** What the stand-ins lead to while a history runs. */
export interface HostParts {
  readonly scheduler: Scheduler
  readonly wallClock: () => number
  readonly random: () => number
  /** Whether errors say where they come from, which costs as much as the rest of an exchange. */
  readonly hasStacks: boolean
  /** The globals of a page, for a history whose clients have one: then fetch and its classes are the host's own, too. */
  readonly pageGlobals?: Readonly<Record<string, unknown>> | undefined
}

function put(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}

const lightClasses = { Response: LightResponse, Headers: LightHeaders, AbortController: LightAbortController }

function putAll(values: Readonly<Record<string, unknown>>): void {
  for (const name in values) put(name, values[name])
}

let current: (HostParts & Host) | undefined
let uninstall: (() => void) | undefined

/**
 * Puts the stand-ins in place until they are taken away again. Between histories they lead to the host. They stay for as
 * long as histories follow each other: each change of a global throws away the machine code that was made for it.
 */
export function installHost(): () => void {
  if (uninstall) return () => {}
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name) as PropertyDescriptor] as const)
  const { setTimeout, clearTimeout } = globalThis
  const { getBuiltinModule } = process
  const { now } = Date
  const { random } = Math
  putAll(lightClasses)
  put('crypto', lightCrypto)
  process.getBuiltinModule = () => undefined
  put('setTimeout', (run: () => void, delayMs = 0) => (current ? current.scheduler.after(delayMs, run) : setTimeout(run, delayMs)))
  put('clearTimeout', (timer: never) => (current ? current.scheduler.cancel(timer) : clearTimeout(timer)))
  put('queueMicrotask', (run: () => unknown) => {
    const thrown = current?.thrown
    Promise.resolve()
      .then(run)
      .catch((error) => thrown?.push(error))
  })
  Date.now = () => (current ? current.wallClock() : now())
  Math.random = () => (current ? current.random() : random())
  uninstall = () => {
    for (const [name, descriptor] of own) Object.defineProperty(globalThis, name, descriptor)
    process.getBuiltinModule = getBuiltinModule
    Date.now = now
    Math.random = random
    uninstall = undefined
  }
  return uninstall
}

/** Leads the stand-ins to a history. Nothing else runs meanwhile: it never waits for anything but microtasks. */
export function enterHost(parts: HostParts): Host {
  const leave = installHost()
  const { stackTraceLimit } = Error
  if (!parts.hasStacks) Error.stackTraceLimit = 0
  const host: Host = {
    thrown: [],
    restore() {
      current = undefined
      for (const name in parts.pageGlobals) Reflect.deleteProperty(globalThis, name)
      if (parts.pageGlobals) putAll(lightClasses)
      Error.stackTraceLimit = stackTraceLimit
      leave()
    },
  }
  if (parts.pageGlobals) putAll({ ...real, ...parts.pageGlobals })
  current = { ...parts, ...host }
  return host
}
