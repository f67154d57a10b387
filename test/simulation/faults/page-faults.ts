// Rules of pages that are left, hidden or frozen, and of a page's first commit, each broken. Histories of mode `pages` find them; no script
// is made for them. scripts/simulate-faults.ts plants one at a time.
import { type PlantedFault, rulesOf } from './fault.ts'

const commands = rulesOf<typeof import('../../../src/sync/commands.ts')>()
const pacing = rulesOf<typeof import('../../../src/sync/pacing.ts')>()
const plan = rulesOf<typeof import('../../../src/sync/plan.ts')>()
const request = rulesOf<typeof import('../../../src/sync/request.ts')>()

const faults: readonly PlantedFault[] = [
  {
    title: 'leaving: what is unsent waits for its lock',
    breaks: [plan('mayLeaveUnlocked', () => () => false)],
  },
  {
    title: 'leaving: a commit ends with its page',
    breaks: [request('isKeptAlive', () => () => false)],
  },
  {
    title: 'leaving: keepalive stands in the Request alone, which Firefox drops',
    patches: [{ file: 'src/transport/ky-transport.ts', from: '...(keepalive && { keepalive })', to: '' }],
  },
  {
    title: 'leaving: a large commit in flight is not repeated with keepalive',
    breaks: [request('mayOutlivePage', () => () => false)],
  },
  {
    title: 'the back/forward cache: a fetch that never settles is waited for',
    breaks: [
      commands('thawPage', (thawPage) => (sync) => {
        const { cut } = sync
        Object.assign(sync, { cut: () => {} })
        thawPage(sync)
        Object.assign(sync, { cut })
      }),
    ],
  },
  {
    title: 'a tab creates a session while the first commit of a page that was left is in flight',
    breaks: [pacing('holdCreation', () => (pacing) => pacing)],
  },
  {
    title: 'a hidden page yields by timers, which last a second there',
    breaks: [pacing('yieldAfterCommit', (yieldAfterCommit) => (pacing, turn) => yieldAfterCommit(pacing, turn, false))],
  },
]

/** Every fault that histories of mode `pages` have to find. */
export const pageFaults: readonly PlantedFault[] = faults.map((fault) => ({ ...fault, mode: 'pages' }))
