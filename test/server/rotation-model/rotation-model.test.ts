// Proves that a rotation needs no transaction and that the owner index needs no lock: the real handler, the real two-step write and the
// real `endAll` over an engine of single keys, in every interleaving, with a crash, a lost response or a repeated command at every step.
import { createHash } from 'node:crypto'
import { createSessionHandler, type SessionStore } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { fromEntry } from '../../../src/server/entries.ts'
import { deriveKey } from '../../../src/server/keys.ts'
import type { SessionRecord } from '../../../src/server/record.ts'
import type { StoreEntry, StoreWrite } from '../../../src/server/store.ts'
import { writeInTwoSteps } from '../../../src/server/stores/two-steps.ts'
import { type Command, carryOut, explore, type Held, type Process, type Terminal } from './explore.ts'

const now = 1_000_000
const url = 'https://app.test/session'
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

type Send = (command: Command) => Promise<unknown>

/** A store over an engine of single keys: as that of Redis, in which each key may be on another machine. */
function toStore(send: Send): SessionStore {
  const keys = {
    now: () => now,
    write: async (id: string, expected: string | null, entry: StoreEntry) => {
      if (entry.owner !== undefined) await send({ kind: 'note', owner: entry.owner, id })
      return (await send({ kind: 'write', id, expected, entry })) as boolean
    },
    remove: async (id: string, revision: string) => (await send({ kind: 'remove', id, revision })) as boolean,
  }
  return {
    read: async (id) => (await send({ kind: 'read', id })) as StoreEntry | undefined,
    write: (write: StoreWrite) => writeInTwoSteps(keys, write),
    remove: keys.remove,
    listByOwner: async (owner) => {
      const listed = []
      for (const id of (await send({ kind: 'members', owner })) as string[]) {
        const entry = (await send({ kind: 'read', id })) as StoreEntry | undefined
        if (entry) listed.push({ id, entry })
      }
      return listed
    },
  }
}

/** A handler whose random names are the same each time the process runs. */
function toSessions(send: Send, seed: number) {
  let drawn = 0
  const randomBytes = (count: number): Uint8Array => {
    drawn += 1
    return new Uint8Array(count).fill(drawn).fill(seed, 0, 2)
  }
  return createSessionHandler({
    keys: ['rotated', 'committed'],
    store: toStore(send),
    now: () => now,
    sweep: false,
    randomBytes,
    onError: () => {},
  })
}

const cookieOf = (response: Response): string | undefined => /__Host-session=([\w-]*)/.exec(response.headers.get('Set-Cookie') ?? '')?.[1]

interface Answered {
  readonly status: number
  /** The key that the response gave to the browser; empty if it took the key away. */
  readonly key: string | undefined
}

interface Stage {
  readonly held: Held
  readonly key: string
  readonly lineage: string
  readonly version: string
}

/** A signed-in session that is stored. */
async function createStage(): Promise<Stage> {
  let held: Held = { entries: {}, index: {} }
  const sessions = toSessions(async (command) => {
    const done = carryOut(held, command)
    held = done.held
    return done.value
  }, 1)
  const session = await sessions.open(new Request(url))
  await session.signIn('ada')
  const response = session.respond(new Response())
  const key = cookieOf(response) as string
  const state = await (await sessions(new Request(url, { headers: { Cookie: `__Host-session=${key}` } }))).json()
  return { held, key, lineage: state.lineage, version: state.version }
}

const stage = await createStage()
const headers = { Cookie: `__Host-session=${stage.key}`, Origin: 'https://app.test', 'Sec-Fetch-Site': 'same-origin' }

const toAnswered = (response: Response): Answered => ({ status: response.status, key: cookieOf(response) })

function patch(client: string, members: object): Request {
  const body = JSON.stringify({ lineage: stage.lineage, base: stage.version, after: 0, ...members })
  const fields = { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': `"${client.repeat(22)}/1"` }
  return new Request(url, { method: 'PATCH', headers: fields, body })
}

/** What processes do, by name. Each is given a seed of its own. */
const kinds: Readonly<Record<string, (seed: number) => Process>> = {
  rotate: (seed) => async (send) => toAnswered(await toSessions(send, seed)(patch(`r${seed}`, { cycleKey: true, set: { rotated: true } }))),
  commit: (seed) => async (send) => toAnswered(await toSessions(send, seed)(patch(`c${seed}`, { set: { committed: true } }))),
  remove: (seed) => async (send) =>
    toAnswered(
      await toSessions(send, seed)(new Request(url, { method: 'DELETE', headers: { ...headers, 'Session-Lineage': stage.lineage } })),
    ),
  'log-in': (seed) => async (send) => {
    const session = await toSessions(send, seed).open(new Request(url, { headers }))
    await session.signIn('ada', { since: now })
    return toAnswered(session.respond(new Response()))
  },
  'end-all': (seed) => async (send) => ({ ended: await toSessions(send, seed).endAll('ada') }),
}

/** The living sessions that a browser can reach: by the first key, by keys that responses gave, and where the first key leads on. */
async function reach({ held, endings }: Terminal): Promise<ReadonlyMap<string, SessionRecord>> {
  const keys = new Set([stage.key])
  for (const ending of endings) {
    const key = typeof ending === 'object' && 'result' in ending ? (ending.result as Answered).key : undefined
    if (key) keys.add(key)
  }
  const found = new Map<string, SessionRecord>()
  for (const key of keys) {
    const entry = held.entries[hashOf(key)]
    const { record, tombstone } = entry ? fromEntry(entry) : {}
    if (record) found.set(hashOf(key), record)
    if (tombstone?.salt) keys.add(await deriveKey(key, tombstone.salt))
  }
  return found
}

/** What is wrong at the end of a history of these processes. */
async function judge(names: readonly string[], terminal: Terminal): Promise<string[]> {
  const faults: string[] = []
  const reached = [...(await reach(terminal)).values()]
  // A log-in that finds no session at its key begins another one.
  const same = reached.filter(({ lineage }) => lineage === stage.lineage)
  const resultOf = (name: string): unknown[] =>
    terminal.endings.flatMap((ending, at) =>
      names[at] === name && typeof ending === 'object' && 'result' in ending ? [ending.result] : [],
    )
  const isAcknowledged = (name: string): boolean => resultOf(name).some((answered) => (answered as Answered).status === 200)
  const isRemoved = resultOf('remove').some((answered) => (answered as Answered).key === '')
  const isEnded = resultOf('end-all').length > 0
  if (same.length > 1) faults.push(`the session can be reached under ${same.length} keys`)
  if ((isRemoved && same.length > 0) || (isEnded && reached.length > 0)) faults.push('a session that was ended can be reached')
  const mayBeGone = ['remove', 'log-in', 'end-all'].some((name) => names.includes(name))
  if (!mayBeGone && same.length === 0) faults.push('the session is lost')
  const data = same[0]?.data
  if (data && isAcknowledged('commit') && !data.committed) faults.push('an acknowledged commit is lost')
  if (data && isAcknowledged('rotate') && !data.rotated) faults.push('an acknowledged rotation is lost')
  return faults.map((fault) => `${fault}: ${terminal.story.join(', ')}`)
}

async function exploreAll(names: readonly string[]): Promise<{ states: number; faults: string[] }> {
  const faults: string[] = []
  const processes = names.map((name, at) => kinds[name]?.(at + 2) as Process)
  const states = await explore(processes, stage.held, async (terminal) => {
    faults.push(...(await judge(names, terminal)))
  })
  return { states, faults: faults.slice(0, 3) }
}

describe('in every interleaving, with a crash, a lost response or a repeated command at every step', () => {
  const pairs = Object.keys(kinds).flatMap((first, at, all) => all.slice(at).map((second) => [first, second]))
  test.each(pairs)('%s and %s lose nothing, double nothing and leave nothing that was ended', { timeout: 120_000 }, async (...names) => {
    const { states, faults } = await exploreAll(names)
    expect(faults).toEqual([])
    expect(states).toBeGreaterThan(20)
  })
})
