// Judges that no creation of a session hides a living one.
import type { SessionCreation, Tab, World } from './parts.ts'
import type { SimulatedServer } from './server.ts'

/** How long a key that was rotated away is given to be replaced in the jar, in milliseconds; the client looks for 3 s. */
const secondLookMs = 2_900

/** How long the lock of another tab is waited for before it is asked whether it lives, and how soon it has to answer. */
const patienceMs = 30_000
const promptMs = 20

/** What the creation of sessions is judged by. */
export interface SessionCreationParts extends Pick<World, 'fail' | 'scheduler'> {
  readonly server: () => SimulatedServer
  readonly tabs: ReadonlyMap<string, Tab>
  /** Whether another device was given a cookie: it is not told of a new key. */
  readonly hasGuests: boolean
}

export function createSessionCreation({ fail, scheduler, server: getServer, tabs, hasGuests }: SessionCreationParts): SessionCreation {
  /** The tab whose commit has created each session. */
  const parents = new Map<string, string>()
  /** When the cookie of each session last came to a browser. */
  const landings = new Map<string, number>()
  /** Sessions beside which another was created while their new key was on its way, with the time of that rotation. */
  const suspects = new Map<string, number>()
  /** Sessions that were believed to be gone, with the time of the rotation that may have hidden them. */
  const believed = new Map<string, number>()

  /** When the commit left that created each session. */
  const births = new Map<string, number>()
  /** Whether a tab created a session before it could hear that another page was left in the middle of its first commit. */
  function isUnheard(lineage: string, other: Tab | undefined): boolean {
    const sinceMs = (births.get(lineage) ?? 0) - (other?.leftAt ?? Number.POSITIVE_INFINITY)
    return sinceMs >= 0 && sinceMs <= (other?.browser.slowestMs ?? 0) + 1
  }

  /** Whether a session's new key came in the time that it is given. */
  function isPrompt(lineage: string): boolean {
    const rotation = getServer().rotationOf(lineage)
    const landing = landings.get(lineage) ?? -1
    return rotation !== undefined && landing >= rotation.at && landing < rotation.at + secondLookMs
  }

  const isSoonAfter = (at = Number.NEGATIVE_INFINITY): boolean => scheduler.now() < at + secondLookMs

  /** A tab that sleeps, or hears late of the others, is taken for a frozen one after that time, and its lock for free. */
  function isPassedOver(tab: Tab | undefined): boolean {
    const now = scheduler.now()
    if (!tab || now < patienceMs) return false
    return tab.browser.slowestMs > promptMs || tab.isSleeping || tab.wokenAt > now - patienceMs
  }

  return {
    onBelieved: (lineage, rotatedAt) => void believed.set(lineage, rotatedAt),
    landedAt: (lineage) => landings.get(lineage) ?? 0,
    onCreated(lineage, { cookie, headers, at }) {
      const [tab = ''] = headers['Idempotency-Key']?.slice(1).split('-') ?? []
      parents.set(lineage, tab)
      births.set(lineage, at)
      const server = getServer()
      const former = server.lineageOf(cookie)
      const rotation = former === undefined ? undefined : server.rotationOf(former)
      if (former === undefined || !rotation || hasGuests || !server.isAlive(former) || at >= rotation.at + secondLookMs) return
      if (isPrompt(former)) fail(`buried: ${tab} creates ${lineage} where ${former} lives under a new key`)
      suspects.set(former, rotation.at)
    },
    onCookie(lineage, former, isApp) {
      landings.set(lineage, scheduler.now())
      if (isSoonAfter(suspects.get(lineage))) fail(`buried: a session was created where ${lineage} lives under a new key`)
      if (isSoonAfter(believed.get(lineage))) fail(`ended: end() resolved, and ${lineage} lives under a new key`)
      const [parent, other] = [parents.get(lineage), parents.get(former ?? '')]
      if (isApp || former === undefined || former === lineage || parent === undefined || other === undefined) return
      // A cookie that another device was given is no creation.
      if (tabs.get(parent)?.browser !== tabs.get(other)?.browser) return
      const rotations = [lineage, former].flatMap((one) => getServer().rotationOf(one) ?? [])
      if (rotations.some(({ at }) => !isSoonAfter(at))) return
      if (isPassedOver(tabs.get(parent)) || isPassedOver(tabs.get(other))) return
      if (isUnheard(lineage, tabs.get(other)) || isUnheard(former, tabs.get(parent))) return
      // What a page that is gone had under way comes when it comes.
      if (tabs.get(parent)?.isGone || tabs.get(other)?.isGone) return
      fail(`buried: the cookie of ${lineage}, by ${parent}, comes over that of ${former}, by ${other}`)
    },
  }
}
