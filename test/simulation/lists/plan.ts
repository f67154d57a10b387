// Owns which keys the servers of a history expose, and which of them responds to a request. generate.ts draws the plan; server.ts and
// the judges ask it. It never looks at what is stored.
import { createExposedKeys, type ExposedKeys, everyKey } from '../../../src/server/exposed-keys.ts'
import type { Data } from '../model.ts'
import { createRandom, type Random } from '../random.ts'

/** The keys that one server lists. */
export interface KeyList {
  readonly keys: readonly string[]
  readonly readOnly: readonly string[]
}

/** The lists of a history. */
export interface ExposurePlan {
  readonly lists: readonly KeyList[]
  /** `deploy`: a request meets any of the lists until the faults stop, then the last one. `apps`: each tab has the server of its own app. */
  readonly route: 'deploy' | 'apps'
  /** The most that the exposed keys hold, in bytes. */
  readonly maxSessionBytes?: number
}

/** What no list holds: a private key by the list alone, and one that is the server's own by its name. */
export const privateKeys = ['vault', '_vault'] as const

/** What server code writes into private keys begins with this, and nothing else does. */
export const sentinel = 'SECRET'

/** The key that only server code writes. */
export const grantedKey = 'w'

/** The keys that every list holds: the invariants of counter, flicker and order need them. */
const always = ['n', 'l', 'o', 'r', grantedKey]
const sometimes = ['f', 'm', 't', 'j', 'x']

function drawList(random: Random): KeyList {
  const keys = [...always, ...sometimes.filter(() => random.chance(0.6))]
  return { keys, readOnly: [grantedKey, ...(keys.includes('t') && random.chance(0.3) ? ['t'] : [])] }
}

/** Draws the lists of a history; undefined for a history whose server exposes every key. */
export function drawPlan(seed: number): ExposurePlan | undefined {
  const random = createRandom(seed, 'lists')
  if (!random.chance(0.35)) return undefined
  const lists = Array.from({ length: random.chance(0.5) ? 2 : 1 }, () => drawList(random))
  const route = random.pick(['deploy', 'apps'] as const)
  return { lists, route, ...(random.chance(0.25) && { maxSessionBytes: 12 + random.int(50) }) }
}

/** The lists while a history runs. */
export interface Lists {
  /** As the handlers have them, in the order of the plan; every key if there is no plan. */
  readonly exposed: readonly ExposedKeys[]
  readonly plan: ExposurePlan | undefined
  /** The index of the list that responds to a request of a tab or a browser. */
  route(who: string): number
  /** The index of the list that responds to it once no deploy is going on. */
  home(who: string): number
  /** The deploy is over. */
  settle(): void
  /** The part of the data that clients of a list see. */
  visible(data: Data, list: number): Data
  /** What server code writes into private keys: of another length and content in each `salt`. */
  secret(id: string): string
}

/** Creates the lists of a history. */
export function createLists(plan: ExposurePlan | undefined, seed: number, salt: number): Lists {
  const exposed = plan ? plan.lists.map(({ keys, readOnly }) => createExposedKeys(keys, readOnly)) : [everyKey]
  const random = createRandom(seed, 'route')
  const last = exposed.length - 1
  let isSettled = false
  const appOf = (who: string): number => (who === 'B' || who === 'C' ? last : 0)
  const home = (who: string): number => (plan?.route === 'apps' ? appOf(who) : last)
  return {
    exposed,
    plan,
    route: (who) => (last === 0 || isSettled || plan?.route === 'apps' ? home(who) : random.int(exposed.length)),
    home,
    settle() {
      isSettled = true
    },
    visible: (data, list) => (exposed[list] as ExposedKeys).visible(data as never) as Data,
    secret: (id) => `${sentinel}${salt}-${id}-${'x'.repeat(salt * 37)}`,
  }
}
