// Checks that concurrent writers lose nothing.
import { type ConformanceCheck, must } from '../check.ts'
import { equals, isProblem, isState, tagOf } from '../expectations.ts'
import { NotRun } from '../failure.ts'
import type { CheckKeys } from '../keys.ts'
import type { Visitor } from '../visitor.ts'
import { sendUntilKnown } from './exactly-once.ts'

const atomic = 'MUST store data and record in one atomic write'
const anew = 'MUST decide anew if somebody else wrote meanwhile'
const excuse = 'a server that cannot compare and set loses writes that meet; its clients send one request at a time'

/** So many clients write at once. */
const writers = 8
const rounds = 5

async function openTabs(someone: Visitor, count: number): Promise<Visitor[]> {
  return Promise.all(Array.from({ length: count }, () => someone.tab()))
}

/** Moves the value of a key on to the next one until that is stored. With values that the user names it counts in a circle. */
async function increment(tab: Visitor, keys: CheckKeys): Promise<void> {
  const { first: key } = keys
  for (;;) {
    const expect = tab.state.tags ? { [key]: tagOf(tab.state, key) } : 'base'
    const set = keys.entry(key, keys.numberOf(key, tab.state.data[key]) + 1)
    const reply = await sendUntilKnown(tab.prepare({ set, expect }))
    if (reply.status !== 409) return void isState(reply)
    isProblem(reply, 409, 'conflict')
  }
}

/** What becomes of writes that meet. */
export const writerChecks: readonly ConformanceCheck[] = [
  must(
    'writers-lose-no-key',
    atomic,
    async ({ begin, keys }) => {
      // Each client has a key of its own: what another one stores never changes it.
      const owned = keys.all.slice(0, writers)
      if (owned.length < 2) throw new NotRun('needs 2 keys: 1 is named')
      const someone = await begin(Object.fromEntries(owned.map((key) => [key, keys.value(key, 0)])))
      const tabs = await openTabs(someone, owned.length)
      await Promise.all(
        tabs.map(async (tab, writer) => {
          const key = owned[writer] as string
          for (let round = 1; round <= rounds; round += 1) {
            const expect = tab.state.tags && { [key]: tagOf(tab.state, key) }
            isState(await sendUntilKnown(tab.prepare({ set: keys.entry(key, round), expect })))
          }
        }),
      )
      const wanted = Object.fromEntries(owned.map((key) => [key, keys.value(key, rounds)]))
      equals(isState(await someone.read()).data, wanted, `the data after ${owned.length} clients stored ${rounds} values each`)
      for (const tab of tabs) equals(isState(await tab.read()).last, rounds, `\`last\` of a writer of ${rounds} commits`)
    },
    { excuse },
  ),

  must(
    'writers-count-each-once',
    anew,
    async ({ begin, keys }) => {
      const { first: key } = keys
      const someone = await begin(keys.entry(key, 1))
      const tabs = await openTabs(someone, writers)
      await Promise.all(
        tabs.map(async (tab) => {
          for (let round = 0; round < rounds; round += 1) await increment(tab, keys)
        }),
      )
      const wanted = keys.entry(key, writers * rounds + 1)
      equals(isState(await someone.read()).data, wanted, `the data after ${writers * rounds} acknowledged steps to the next value`)
    },
    { excuse },
  ),
]
