// The app's own server code in the simulation, and the requests to it.
import type { ServerSession } from '../../src/server/index.ts'
import { rewrite, storedDataOf } from '../../src/server/server-session.ts'
import type { SimulatedBrowser } from './browser.ts'
import { type Key, keyRules, type Plain } from './edits/keys.ts'
import type { Stored } from './event-log.ts'
import type { LightResponse } from './host.ts'
import { isSame } from './model.ts'
import { send } from './network.ts'
import type { World } from './parts.ts'
import type { Step } from './script.ts'

/** The app's own endpoints: server code beside the session handler, and the requests to it. */
export interface App {
  request(browser: SimulatedBrowser, step: Pick<Step, 'what' | 'args'>): Promise<LightResponse>
  /** What is wrong with a state that server code stored. */
  judge(stored: Stored): string[]
}

type Sleep = (delayMs: number) => Promise<void>
type Endpoint = (session: ServerSession, args: Step['args'], sleep: Sleep) => Promise<unknown>

/** What server code stores in mode `edits`. */
function plantedValue(key: unknown, index: unknown): Plain {
  const { planted } = keyRules[key as Key]
  return planted[Number(index) % planted.length]
}

/** The steps that are requests to the app's endpoints. */
export const endpoints: Readonly<Record<string, Endpoint>> = {
  'sign-in': (session, [who]) => session.signIn(String(who)),
  'sign-out': (session) => session.flush(),
  rotate: (session) => session.cycleKey(),
  write: (session, [key, value]) => rewrite(session, (data) => ({ ...data, [String(key)]: value as string })),
  plant: (session, [key, index]) => rewrite(session, (data) => ({ ...data, [String(key)]: plantedValue(key, index) as never })),
  secret: (session, [value]) => rewrite(session, (data) => ({ ...data, vault: value as string, _vault: value as string })),
  lifetime: (session, [seconds]) => session.setExpiry(Number(seconds)),
  look: async () => {},
  /** Saves the whole dict that it read some time before. */
  async 'old-view'(session, [key, value, delayMs], sleep) {
    const data = storedDataOf(session)
    await sleep(Number(delayMs))
    await rewrite(session, () => ({ ...data, [String(key)]: value as string }))
  },
}

/** How long the app waits for an answer of its own, in milliseconds. */
const patienceMs = 8_000

/** Creates the app of a history. */
export function createApp(world: Omit<World, 'request'>): App {
  const { scheduler, server, mode } = world
  const written: (readonly [key: string, value: unknown])[] = []
  const sleep: Sleep = (delayMs) => new Promise((resolve) => void scheduler.after(delayMs, resolve))
  const numbers = new Map<string, number>()

  function request(browser: SimulatedBrowser, { what, args }: Pick<Step, 'what' | 'args'>): Promise<LightResponse> {
    const number = (numbers.get(browser.name) ?? 0) + 1
    numbers.set(browser.name, number)
    const name = `${browser.name}#${number}`
    const cookie = browser.cookie()
    if (what === 'write') written.push([String(args[0]), args[1]])
    const given = what === 'secret' ? [world.lists.secret(String(args[0]))] : args
    if (what === 'secret') written.push(['vault', given[0]])
    if (what === 'plant') written.push([String(args[0]), plantedValue(args[0], args[1])])
    return new Promise((resolve, reject) => {
      scheduler.after(patienceMs, () => reject(new TypeError('Failed to fetch')))
      send(scheduler, {
        name,
        fate: world.fateOf(name),
        browser,
        page: { name, isGone: false, enter: (run) => run() },
        isKept: true,
        isApp: true,
        deliver: () =>
          server.serve(browser.name, cookie, (session) => {
            if (what === 'sign-out' && session.lineage !== null) world.ends.add(session.lineage)
            return (endpoints[what] as Endpoint)(session, given, sleep)
          }),
        answer(response) {
          world.note?.(name, `<- ${response.status} of ${what}`)
          resolve(response)
        },
        fail() {
          world.note?.(name, `${what} failed`)
          reject(new TypeError('Failed to fetch'))
        },
      })
    })
  }

  function judge({ before, data, lineage }: Stored): string[] {
    if (mode === 'old-views' || isSame(data, before?.data ?? {})) return []
    const isWritten = written.some(([key, value]) => isSame(data, { ...before?.data, [key]: value }))
    return isWritten ? [] : [`server: server code made ${JSON.stringify(data)} of ${JSON.stringify(before?.data)} in ${lineage}`]
  }

  return { request, judge }
}
