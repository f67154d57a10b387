// Judges one tab after each event.
import type { SessionClient } from '../../src/index.ts'
import type { SimulatedBrowser } from './browser.ts'
import { keys, type Values } from './calls.ts'
import type { EditLog } from './edits/edit-log.ts'
import { editKeys, readStored, toPlain } from './edits/keys.ts'
import type { Entry, Ledger } from './ledger.ts'
import { defaults, isSame } from './model.ts'
import type { Traffic, World } from './parts.ts'
import { hasEdits, type Step } from './script.ts'

/** How long the old key of a rotation answers the commit that made it, in milliseconds. */
const graceMs = 55_000

/** What the model tells of mode `edits`: the counter. */
const countedKeys = ['n'] as const

/** What is watched of one tab. */
export interface Watched {
  readonly name: string
  readonly client: SessionClient<Values>
  readonly browser: SimulatedBrowser
  readonly ledger: Ledger
  readonly traffic: Traffic
  readonly world: World
  readonly edits: EditLog
}

export interface Watch {
  /** Notes a call that was acknowledged, and that no commit has stored. */
  noteUnstored(entry: Entry): void
  after(step: Step): void
  /** Looks at everything that is to hold between two events. */
  check(): void
}

/** Watches one client: its base, its view, what it tells. */
export function createWatch({ name, client, browser, ledger, traffic, world, edits }: Watched): Watch {
  const { server } = world
  let isListening = false
  let newest = { lineage: '', index: -1 }
  let former: string | null = null
  let checked: ReturnType<Ledger['base']>
  /** The ids of own updates of `l` by whether they are shown: shown, then not, then again is a flicker. */
  const shown = new Map<string, 'shown' | 'gone'>()

  const isEdits = hasEdits(world.mode)
  const unstored: Entry[] = []
  const watchedKeys: readonly (keyof Values)[] = isEdits ? countedKeys : world.lists.plan ? [...keys, 'w'] : keys

  /** What is not pending is shown as it is stored, or as the default. */
  function checkEdits(base: ReturnType<Ledger['base']>): void {
    for (const fault of edits.judgeUnstored(unstored.splice(0))) world.fail(`${fault} (${name})`)
    const pending = new Set(ledger.log().map(({ call }) => call.key))
    for (const key of editKeys) {
      if (pending.has(key)) continue
      const shown = toPlain((client as unknown as SessionClient<Record<string, unknown>>).peek(key))
      const expected = readStored(key, base?.data[key])
      if (!isSame(shown, expected))
        world.fail(`view: ${name} shows ${key} = ${JSON.stringify(shown)}, stored is ${JSON.stringify(expected)}`)
    }
  }

  function listen(): void {
    ledger.watch()
    if (isEdits) return
    if (ledger.log().length === 0 && shown.size === 0) return
    // A call of our own that hides another one shows it again when it is taken back.
    if (ledger.log().some(({ call: { kind, key } }) => kind === 'clear' || (key === 'l' && kind !== 'update'))) return shown.clear()
    const l = client.peek('l') as readonly string[]
    for (const { call, entries } of ledger.log()) {
      if (call.kind !== 'update' || call.key !== 'l' || entries[0]?.status !== 'pending') continue
      const times = l.filter((id) => id === call.id).length
      const last = shown.get(call.id)
      if (times > 1) world.fail(`view: ${name} shows ${call.id} ${times} times`)
      else if (times === 1 && last === 'gone') world.fail(`view: ${call.id} flickers (${name})`)
      shown.set(call.id, times === 1 ? 'shown' : last === undefined ? (undefined as never) : 'gone')
    }
  }

  /** Whether the server has a session under a new key that our own commit under way gave it: asked again, it leads on. */
  function isOwnRotation(lineage: string): boolean {
    const rotation = server.rotationOf(lineage)
    const by = rotation?.by
    if (!by?.client.startsWith(`${name}-`) || world.scheduler.now() - (rotation?.at ?? 0) >= graceMs) return false
    const isPending = ledger.heldBy(by.client, by.n)?.members[0]?.entries[0]?.status === 'pending'
    // A copy that the network kept of an earlier commit leads nobody on: docs/guarantees.md says so.
    const isSuperseded = ledger.heldBy(by.client, by.n + 1) !== undefined
    return isPending && !isSuperseded && server.lineageOf(browser.cookie()) === lineage && server.isAlive(lineage)
  }

  client.on('ended', ({ reason }) => {
    world.note?.(name, `ended ${reason}`)
    if (former === null || client.pending.some(({ kind }) => kind === 'end')) return
    if (isOwnRotation(former)) world.fail(`ended: ${name} loses ${former} by its own rotation`)
    const [second, last] = traffic.looks.slice(-2)
    if (second === former || last === former || second === undefined) world.fail(`ended: ${name} gives ${former} up without a second look`)
  })

  client.on('dropped', ({ reason }) => {
    if (world.mode === 'normal') world.fail(`dropped: ${name} tells of ${reason} writes, and nothing was`)
  })
  client.on('invalid', ({ key }) => world.fail(`view: ${name} finds ${key} invalid`))

  /** The base is what the server stored under its version, of this visitor, and never older than before. */
  function checkBase({ lineage, version, data }: NonNullable<ReturnType<Ledger['base']>>): void {
    const stored = server.versions.get(version)
    if (lineage === null ? Object.keys(data).length > 0 : stored?.lineage !== lineage || !isSame(stored.data, data)) {
      world.fail(`base: ${name} has ${JSON.stringify(data)} as ${version} of ${lineage}, stored was ${JSON.stringify(stored?.data)}`)
    }
    if (!stored || lineage === null) return
    const owner = world.ownerOf(lineage)
    if (owner !== undefined && owner !== browser.visitor) world.fail(`lineage: ${name} of ${browser.visitor} sees the session of ${owner}`)
    if (lineage === newest.lineage && stored.index < newest.index)
      world.fail(`base: ${name} goes back from state ${newest.index} to ${stored.index} of ${lineage}`)
    newest = { lineage, index: stored.index }
  }

  return {
    noteUnstored: (entry) => void (isEdits && unstored.push(entry)),
    after({ what }) {
      // From the first call on, since watching loads.
      if (!isListening && !['dispose', 'hydrate'].includes(what)) client.listen(listen)
      isListening ||= !['dispose', 'hydrate'].includes(what)
    },
    check() {
      for (const fault of ledger.settle()) world.fail(`${fault} (${name})`)
      const base = ledger.base()
      if (base && base !== checked) checkBase(base)
      if (base && isEdits) edits.noteBase(base)
      checked = base
      former = base?.lineage ?? null
      const view = ledger.view()
      if (isEdits) checkEdits(base)
      for (const key of watchedKeys) {
        const value = client.peek(key)
        if (!isSame(value, view[key] ?? defaults[key]))
          world.fail(`view: ${name} shows ${key} = ${JSON.stringify(value)}, the log on the base gives ${JSON.stringify(view[key])}`)
      }
    },
  }
}
