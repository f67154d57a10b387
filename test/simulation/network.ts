// The simulated network: loses, delays, duplicates and replaces messages.
import type { Transport, WireAnswer } from '../../src/transport/transport.ts'
import type { Page, SimulatedBrowser } from './browser.ts'
import { LightResponse } from './host.ts'
import type { Scheduler } from './scheduler.ts'
import type { Fate } from './script.ts'

/** What goes over the network: a request with the cookie that it left with. */
export interface Sending {
  readonly name: string
  readonly fate: Fate
  readonly browser: SimulatedBrowser
  readonly page: Page
  /** Whether the exchange outlives its page. */
  readonly isKept: boolean
  /** Whether it is the app's own. */
  readonly isApp: boolean
  readonly signal?: AbortSignal | undefined
  /** Brings the request to the server. */
  deliver(): Promise<LightResponse>
  answer(response: LightResponse): void
  fail(): void
}

const problem = (status: number, name: string, headers = {}): LightResponse =>
  new LightResponse(JSON.stringify({ type: `urn:sojourn:problem:${name}`, title: name, status }), { status, headers })
const html = (status: number, headers = {}): LightResponse => new LightResponse('<!doctype html><h1>Hello</h1>', { status, headers })

/** Answers that somebody else gives: proxies, middleware, captive portals. */
export const foreignAnswers: Readonly<Record<string, () => LightResponse>> = {
  'rate-limited': () => problem(429, 'rate-limited', { 'Retry-After': '2' }),
  unavailable: () => problem(503, 'unavailable', { 'Retry-After': '1' }),
  'server-error': () => html(500),
  'bad-gateway': () => html(502, { 'Retry-After': '3' }),
  portal: () => html(200),
  'html-forbidden': () => html(403),
  csrf: () => problem(403, 'csrf'),
  unauthenticated: () => problem(401, 'unauthenticated'),
  'html-bad-request': () => html(400),
}

/** Whether nothing that a commit's answer with this fate says can be trusted. */
export const isFaulty = ({ kind }: Fate): boolean => kind !== undefined

/** Sends one request through what its fate has in store for it. */
export function send(scheduler: Scheduler, { fate, browser, page, isKept, isApp, signal, deliver, answer, fail }: Sending): void {
  const { kind, out = 20, back = 20, copy } = fate
  let isOver = false
  const { freezes } = page
  const end = (run: () => void): void => {
    if (isOver) return
    isOver = true
    page.enter(run)
  }
  signal?.addEventListener('abort', () => end(fail))
  if (signal?.aborted) return end(fail)
  if (browser.isOffline) return void scheduler.after(1, () => end(fail))

  function come(response: LightResponse): void {
    // An exchange that was given up takes no cookie any more; that of a page that is gone does if it was kept.
    scheduler.after(back, () => {
      if (isOver || (page.isGone && !isKept) || page.freezes !== freezes) return
      if (kind === 'cookie-cut') browser.take(response, isApp)
      if (kind === 'cut' || kind === 'cookie-cut') return end(fail)
      if (kind === 'hang') return
      const foreign = foreignAnswers[kind?.replace('-after', '') ?? '']?.()
      if (!foreign) browser.take(response, isApp)
      end(() => answer(foreign ?? response))
    })
  }

  const isForeign = kind !== undefined && Object.hasOwn(foreignAnswers, kind)
  if (kind === 'lost') scheduler.after(out + back, () => end(fail))
  else if (isForeign) scheduler.after(out, () => come(new LightResponse()))
  else
    scheduler.after(out, () => {
      if (page.isLeft && !isKept) return
      const first = deliver()
      void first.then(come)
      // The answer is that of the copy which is dealt with first: the other one comes after it, and to nobody.
      if (copy !== undefined) scheduler.after(copy - out, () => void first.then(deliver))
    })
}

/** An answer as the client's transport gives it. */
export function toWireAnswer({ status, headers, body }: LightResponse): WireAnswer {
  let parsed: unknown
  try {
    parsed = body === null ? undefined : JSON.parse(body)
  } catch {}
  return { status, header: (name) => headers.get(name), body: parsed }
}

/** What a client sends of one request. */
export type Wire = Parameters<Transport>[0]
