import type { Transport, WireAnswer } from '../../src/transport/transport.ts'
import type { Page, SimulatedBrowser } from './browser.ts'
import { isFaulty, send, toWireAnswer } from './network.ts'
import type { Traffic, World } from './parts.ts'

/** Told each commit with its number and how many mutations it holds, when it first leaves. */
export type OnCommit = (client: string, n: number) => void

/** The transport of one tab: the real handler behind the virtual network. Counts what leaves. */
export function createWire(
  browser: SimulatedBrowser,
  page: Page & { readonly wokenAt: number },
  world: World,
  onCommit: OnCommit,
): { readonly transport: Transport; readonly traffic: Traffic } {
  const { scheduler, server } = world
  const { name } = page
  const traffic: Traffic = {
    requests: 0,
    sentAt: 0,
    faults: 0,
    refusals: 0,
    open: undefined,
    attempts: new Map(),
    looks: [],
    waitsUntil: 0,
    waitingSince: 0,
  }

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

  const transport: Transport = ({ method, headers, body, keepalive, signal }) => {
    if (page.isGone || world.isSpinning()) return new Promise<never>(() => {})
    const number = `${name}#${++traffic.requests}`
    const fate = world.fateOf(number)
    const cookie = browser.cookie()
    const key = headers['Idempotency-Key']?.slice(1, -1)
    const at = scheduler.now()
    traffic.sentAt = at
    if (method === 'DELETE') world.ends.add(headers['Session-Lineage'] as string)
    if (traffic.open && !traffic.open.signal.aborted) world.fail(`requests: ${name} has two requests under way`)
    if (method !== 'GET') world.isolation.send({ name, browser, wokenAt: page.wokenAt })
    const open = { isUnsafe: method !== 'GET', signal }
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
    return new Promise<WireAnswer>((resolve, reject) => {
      send(scheduler, {
        name: number,
        fate,
        browser,
        page,
        isKept: keepalive === true,
        isApp: false,
        signal,
        deliver: () => server.handle({ method, cookie, headers, body, at }),
        answer(response) {
          world.note?.(name, `${number} <- ${response.status} ${response.body?.slice(0, 160) ?? ''}`)
          close(response.status, isFaulty(fate))
          const answer = toWireAnswer(response)
          const retryAfter = response.headers.get('Retry-After')
          if (retryAfter !== null)
            Object.assign(traffic, { waitingSince: scheduler.now(), waitsUntil: scheduler.now() + Number(retryAfter) * 1000 })
          const { lineage } = (answer.body ?? {}) as { lineage?: string | null }
          if (lineage !== undefined) traffic.looks = [...traffic.looks.slice(-3), lineage]
          resolve(answer)
        },
        fail() {
          world.note?.(name, `${number} <- failed`)
          close(0, true)
          reject(new TypeError('Failed to fetch'))
        },
      })
    })
  }
  return { transport, traffic }
}
