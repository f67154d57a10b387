// Owns one request for a stream, from its headers to its end. connection.ts starts it. It never retries and decides nothing.
import type { Clock } from '../platform/clock.ts'
import { isObject } from '../protocol/json.ts'
import { parseRetryAfter } from '../sync/retry-after.ts'
import type { Transport } from '../transport/transport.ts'
import { createEventParser, type ServerEvent } from './event-parser.ts'

/** How a stream ended. */
export type StreamEnd =
  /** It was open, and the connection ended or fell silent. */
  | { readonly kind: 'ended'; readonly livedMs: number }
  /** No byte came in time. */
  | { readonly kind: 'silent' }
  /** No response came. */
  | { readonly kind: 'failed' }
  /** The response is no stream. `lineage`: the session that its body names; undefined if it names none. */
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs: number; readonly lineage?: unknown }

/** What a stream needs. */
export interface StreamRequest {
  readonly send: Transport
  readonly headers: Readonly<Record<string, string>>
  readonly clock: Clock
  /** How long the first byte may take, in milliseconds. */
  readonly timeoutMs: number
  /** Ends the stream. */
  readonly signal: AbortSignal
  /** The first byte came. */
  onOpen(): void
  onEvent(event: ServerEvent): void
}

/** After how long without a byte a stream is given up, in milliseconds: the server sends a comment every 15 s. */
export const silenceMs = 40_000

/** Requests a stream and reads it to its end. Never rejects. */
export async function runStream({ send, headers, clock, timeoutMs, signal, onOpen, onEvent }: StreamRequest): Promise<StreamEnd> {
  const controller = new AbortController()
  let openedAt: number | undefined
  let isLate = false
  let timer: unknown

  function limit(ms: number): void {
    clock.clearTimeout(timer)
    timer = clock.setTimeout(() => {
      isLate = true
      controller.abort()
    }, ms)
  }

  async function stream(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader()
    const decoder = new TextDecoder()
    const feed = createEventParser((event) => controller.signal.aborted || onEvent(event))
    const cancel = (): void => void reader.cancel().catch(() => {})
    controller.signal.addEventListener('abort', cancel)
    if (controller.signal.aborted) cancel()
    for (let part = await reader.read(); !part.done && !controller.signal.aborted; part = await reader.read()) {
      limit(silenceMs)
      if (openedAt === undefined) {
        openedAt = clock.now()
        onOpen()
      }
      feed(decoder.decode(part.value, { stream: true }))
    }
  }

  const abort = (): void => controller.abort()
  signal.addEventListener('abort', abort)
  // Not every fetch heeds its signal.
  const aborted = new Promise<never>((_, reject) => controller.signal.addEventListener('abort', reject))
  limit(timeoutMs)
  const toEnd = (other: StreamEnd): StreamEnd => (openedAt === undefined ? other : { kind: 'ended', livedMs: clock.now() - openedAt })
  try {
    const { status, header, body } = await Promise.race([send({ method: 'GET', headers, signal: controller.signal, stream }), aborted])
    const retryAfterMs = parseRetryAfter(header('Retry-After'), header('Date'))
    return toEnd({ kind: 'refused', status, retryAfterMs, ...(isObject(body) && { lineage: body.lineage }) })
  } catch {
    return toEnd({ kind: isLate ? 'silent' : 'failed' })
  } finally {
    clock.clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    controller.abort()
  }
}
