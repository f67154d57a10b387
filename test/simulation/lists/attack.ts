// Owns what a hostile visitor sends: well-formed commits that name keys which no server of the history lets clients write. steps.ts calls
// it. The commits are otherwise right, so that nothing but the list keeps them away.
import type { World } from '../parts.ts'
import { privateKeys } from './plan.ts'

/** The kinds of attacks, by what they send for a key. */
const attacks: Readonly<Record<string, (key: string, state: { readonly lineage: string | null; readonly base: string }) => object>> = {
  set: (key, state) => ({ ...state, set: { [key]: 'HACK' } }),
  delete: (key, state) => ({ ...state, delete: [key] }),
  beside: (key, state) => ({ ...state, set: { r: 'HACK', [key]: 'HACK' } }),
  clear: (key, state) => ({ ...state, clear: true, set: { [key]: 'HACK' } }),
  create: (key) => ({ lineage: null, base: 'v0', fresh: true, set: { [key]: 'HACK' } }),
  gone: (key, state) => ({ ...state, lineage: 'another', set: { [key]: 'HACK' } }),
  late: (key, state) => ({ ...state, after: 1, set: { [key]: 'HACK' } }),
  guess: (key, state) => ({ ...state, expect: { [key]: "'guess'" } }),
}

/** The names of the attacks. */
export const attackNames: readonly string[] = Object.keys(attacks)

/** Returns the keys that an attack can name: those that no list lets clients write, or for a guess see. */
function targetsOf({ lists }: World, attack: string): readonly string[] {
  const keys = ['f', 'm', 't', 'j', 'x', 'w']
  const isOpen = (key: string): boolean =>
    lists.exposed.some(({ canRead, canWrite }) => (attack === 'guess' ? canRead(key) : canWrite(key)))
  return [...privateKeys, ...keys.filter((key) => !isOpen(key))]
}

/** Sends one attack with a browser's cookie. The server has to refuse it for its key, whatever else there is against it. */
export async function attack(world: World, cookie: string | undefined, name: string, choice: number): Promise<void> {
  const { server, scheduler } = world
  const targets = targetsOf(world, name)
  const key = targets[choice % targets.length] as string
  const reached = server.reach(cookie)
  const commit = attacks[name]?.(key, { lineage: reached?.lineage ?? null, base: reached?.version ?? 'v0' })
  const body = JSON.stringify({ after: 0, ...commit })
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': `"hostile-${scheduler.now()}-${choice}${'-'.repeat(22)}/2"` }
  const response = await server.handle({ who: 'hostile', method: 'PATCH', cookie, headers, body, at: scheduler.now() })
  world.note?.('hostile', `${body} -> ${response.status} ${response.body?.slice(0, 160) ?? ''}`)
  // What is too large in itself is refused before its keys are looked at.
  const isRefused = /problem:(private-key|read-only-key|too-large)"/.test(response.body ?? '')
  if (!isRefused) world.fail(`private: a commit that names ${key} is answered ${response.status} ${response.body?.slice(0, 80)}`)
}
