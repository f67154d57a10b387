import type { Tab, World } from './parts.ts'
import type { Sent, SimulatedServer } from './server.ts'

/** How long a key that was rotated away is given to be replaced in the jar, in milliseconds; the client looks for 3 s. */
const secondLookMs = 2_900

/** Holds that the creation of a session buries no other one that lives. */
export interface Births {
  onCreated(lineage: string, request: Sent): void
  /** A client's answer brings the cookie of a session, where the jar reaches another one or none. */
  onCookie(lineage: string, former: string | undefined): void
}

/** What the births are judged by. */
export interface BirthParts extends Pick<World, 'fail' | 'scheduler'> {
  readonly server: () => SimulatedServer
  readonly tabs: ReadonlyMap<string, Tab>
  /** Whether another device was given a cookie: it is not told of a new key. */
  readonly hasGuests: boolean
}

export function createBirths({ fail, scheduler, server: getServer, tabs, hasGuests }: BirthParts): Births {
  /** The tab whose commit has created each session. */
  const parents = new Map<string, string>()
  return {
    onCreated(lineage, { cookie, headers, at }) {
      const [tab = ''] = headers['Idempotency-Key']?.slice(1).split('-') ?? []
      parents.set(lineage, tab)
      const server = getServer()
      const former = server.lineageOf(cookie)
      const rotation = former === undefined ? undefined : server.rotationOf(former)
      if (former === undefined || !rotation || hasGuests || !server.isAlive(former)) return
      // A rotation whose cookie takes longer than the client looks for is lost, and nothing can be done.
      if (at < rotation.at + secondLookMs) fail(`buried: ${tab} creates ${lineage} where ${former} lives under a new key`)
    },
    onCookie(lineage, former) {
      const [parent, other] = [parents.get(lineage), parents.get(former ?? '')]
      if (former === undefined || former === lineage || parent === undefined || other === undefined) return
      // A cookie that another device was given is no creation.
      if (tabs.get(parent)?.browser !== tabs.get(other)?.browser) return
      // The old key answers nobody else, so a rotation that is slower than the looking of another tab loses the session to it.
      const rotation = getServer().rotationOf(lineage)
      if (rotation && scheduler.now() >= rotation.at + secondLookMs) return
      // What a page that is gone had under way comes when it comes.
      if (tabs.get(parent)?.isGone || tabs.get(other)?.isGone) return
      fail(`buried: the cookie of ${lineage}, by ${parent}, comes over that of ${former}, by ${other}`)
    },
  }
}
