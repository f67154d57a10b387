// The transport of a simulated tab. Counts its requests and finds storms.
import type { Transport, WireAnswer } from '../../src/transport/transport.ts'
import type { Page, SimulatedBrowser } from './browser.ts'
import type { LightResponse } from './host.ts'
import { isFaulty, send, toWireAnswer } from './network.ts'
import type { Exchange } from './pages/fetch.ts'
import type { Traffic, World } from './parts.ts'
import type { Read } from './service-worker.ts'

/** So many requests of a tab within that time, in milliseconds, are a storm. */
const maxRequests = 40
const rateMs = 5_000

/** Told each commit with its number and how many mutations it holds, when it first leaves. */
export type OnCommit = (client: string, n: number) => void

/** The transport of one tab: the real handler behind the virtual network. Counts what leaves. */
export function createWire(
  browser: SimulatedBrowser,
  page: Page & { readonly wokenAt: number },
  world: World,
  onCommit: OnCommit,
): { readonly transport: Transport; readonly exchange: (sent: Exchange) => Promise<LightResponse>; readonly traffic: Traffic } {
  const { scheduler, server } = world
  const { name } = page
  const traffic: Traffic = {
    requests: 0,
    answered: 0,
    commits: 0,
    leftAt: undefined,
    leftWith: undefined,
    arrived: new Set(),
    sentAt: 0,
    faults: 0,
    refusals: 0,
    open: undefined,
    attempts: new Map(),
    looks: [],
    waitsUntil: 0,
    waitingSince: 0,
  }

  const sentAt: number[] = []

  function noteCommit(key: string): void {
    const known = traffic.attempts.get(key)
    if (known) {
      known.sent++
      if (known.sent > 1 + known.reasons)
        world.fail(`requests: ${name} sends commit ${key} the ${known.sent}th time, for ${known.reasons} reasons`)
      return
    }
    traffic.attempts.set(key, { sent: 1, reasons: 0 })
    const [client = '', n] = key.split('/')
    onCommit(client, Number(n))
  }

  function noteAnswer(key: string | undefined, status: number, isExcuse: boolean): void {
    if (status === 409 || status === 422 || status === 413) traffic.refusals++
    const known = key === undefined ? undefined : traffic.attempts.get(key)
    // A 410 may be that of a cookie from before a log-in: the same bytes go once more.
    if (known && (isExcuse || status === 410)) known.reasons++
  }

  /** What a response of the server says, which no cache gave. */
  function note({ status, header, body }: WireAnswer, index: number): void {
    const { lineage, version } = (body ?? {}) as { lineage?: string | null; version?: string }
    if (status === 304 || version !== undefined) traffic.answered = Math.max(traffic.answered, index)
    const retryAfter = header('Retry-After')
    if (retryAfter !== null)
      Object.assign(traffic, { waitingSince: scheduler.now(), waitsUntil: scheduler.now() + Number(retryAfter) * 1000 })
    if (lineage !== undefined) traffic.looks = [...traffic.looks.slice(-3), lineage]
  }

  /** However little the network and the server say, a client does not storm. */
  function checkRate(at: number): void {
    sentAt.push(at)
    const first = sentAt[sentAt.length - maxRequests]
    if (first !== undefined && at - first < rateMs) world.fail(`requests: ${name} sends ${maxRequests} within ${at - first} ms`)
  }

  function exchange({ method, headers, body, keepalive, signal }: Exchange): Promise<LightResponse> {
    if (page.isGone || world.isSpinning()) return new Promise<never>(() => {})
    const index = ++traffic.requests
    const number = `${name}#${index}`
    const fate = world.fateOf(number)
    const cookie = browser.cookie()
    const key = headers['Idempotency-Key']?.slice(1, -1)
    const at = scheduler.now()
    traffic.sentAt = at
    checkRate(at)
    if (method === 'DELETE') world.ends.add(headers['Session-Lineage'] as string)
    if (traffic.open && !traffic.open.signal.aborted) world.fail(`requests: ${name} has two requests under way`)
    if (method !== 'GET') world.isolation.send({ name, browser, wokenAt: page.wokenAt })
    const open = { isUnsafe: method !== 'GET', key, signal }
    traffic.open = open
    if (traffic.waitsUntil > at && world.lastStepAt() < traffic.waitingSince && !world.hasExclusives)
      world.fail(`requests: ${name} does not wait as long as it was asked to`)
    /** Once: by its answer, its failure, or being given up. A page that slept may wake to its time limit and its answer at once. */
    let isOver = false
    const close = (status: number, isExcuse: boolean): void => {
      if (traffic.open === open) traffic.open = undefined
      if (!isOver) noteAnswer(key, status, isExcuse)
      isOver = true
    }
    signal.addEventListener('abort', () => close(0, true))
    if (fate.kind || fate.out || fate.back || browser.isOffline) traffic.faults++
    if (key !== undefined) noteCommit(key)
    world.note?.(name, `#${traffic.requests} ${method} ${key?.split('/')[1] ?? ''} ${body ?? ''} ${JSON.stringify(fate)}`)
    return new Promise((resolve, reject) => {
      const read: Read = { url: '/session', headers }
      const worker = method === 'GET' ? browser.worker() : undefined

      function receive(response: LightResponse, isCached: boolean): void {
        world.note?.(name, `${number} <- ${isCached ? 'cached ' : ''}${response.status} ${response.body?.slice(0, 160) ?? ''}`)
        close(response.status, isFaulty(fate))
        if (!isCached) note(toWireAnswer(response), index)
        resolve(response)
      }
      function fail(): void {
        const fallback = worker?.fallback(read)
        if (fallback) return receive(fallback, true)
        world.note?.(name, `${number} <- failed`)
        close(0, true)
        reject(new TypeError('Failed to fetch'))
      }
      const sending = {
        name: number,
        fate,
        browser,
        page,
        isKept: keepalive,
        isApp: false,
        signal,
        deliver() {
          if (method === 'PATCH') traffic.commits++
          if (key !== undefined) traffic.arrived.add(key)
          return server.handle({ who: name, method, cookie, headers: worker ? worker.forward(read) : headers, body, at })
        },
        answer(response: LightResponse) {
          worker?.keep(read, response)
          receive(response, false)
        },
        fail,
      }
      const cached = worker?.answer(read)
      if (!cached) return send(scheduler, sending)
      scheduler.after(1, () => page.enter(() => receive(cached, true)))
      if (worker?.refreshes) send(scheduler, { ...sending, answer: (response) => worker.keep(read, response), fail: () => {} })
    })
  }
  const transport: Transport = async (request) => toWireAnswer(await exchange({ ...request, keepalive: request.keepalive === true }))
  return { transport, exchange, traffic }
}
