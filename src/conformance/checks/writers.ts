// Checks that concurrent writers lose nothing.
import { type ConformanceCheck, must } from '../check.ts'
import { equals, isProblem, isState, tagOf } from '../expectations.ts'
import type { Visitor } from '../visitor.ts'
import { sendUntilKnown } from './exactly-once.ts'

const atomic = 'MUST store data and record in one atomic write'
const anew = 'MUST decide anew if somebody else wrote meanwhile'
const excuse = 'a server that cannot compare and set loses writes that meet; its clients send one request at a time'

const writers = 8
const rounds = 5

async function openTabs(someone: Visitor): Promise<Visitor[]> {
  return Promise.all(Array.from({ length: writers }, () => someone.tab()))
}

/** Adds one to `count` until that is stored. */
async function increment(tab: Visitor): Promise<void> {
  for (;;) {
    const expect = tab.state.tags ? { count: tagOf(tab.state, 'count') } : 'base'
    const reply = await sendUntilKnown(tab.prepare({ set: { count: Number(tab.state.data.count) + 1 }, expect }))
    if (reply.status !== 409) return void isState(reply)
    isProblem(reply, 409, 'conflict')
  }
}

/** What becomes of writes that meet. */
export const writerChecks: readonly ConformanceCheck[] = [
  must(
    'eight-writers-lose-no-key',
    atomic,
    async ({ begin }) => {
      const someone = await begin()
      const tabs = await openTabs(someone)
      const keys = await Promise.all(
        tabs.map(async (tab, writer) => {
          const stored: string[] = []
          for (let round = 0; round < rounds; round += 1) {
            const key = `${writer}.${round}`
            isState(await sendUntilKnown(tab.prepare({ set: { [key]: true }, expect: tab.state.tags && { [key]: null } })))
            stored.push(key)
          }
          return stored
        }),
      )
      const found = Object.keys(isState(await someone.read()).data)
      equals(
        keys.flat().filter((key) => !found.includes(key)),
        [],
        `of ${writers * rounds} keys that were acknowledged, the lost ones`,
      )
      for (const tab of tabs) equals(isState(await tab.read()).last, rounds, `\`last\` of a writer of ${rounds} commits`)
    },
    { excuse },
  ),

  must(
    'eight-writers-count-each-once',
    anew,
    async ({ begin }) => {
      const someone = await begin({ count: 0 })
      const tabs = await openTabs(someone)
      await Promise.all(
        tabs.map(async (tab) => {
          for (let round = 0; round < rounds; round += 1) await increment(tab)
        }),
      )
      equals(isState(await someone.read()).data.count, writers * rounds, 'the count after as many acknowledged additions of one')
    },
    { excuse },
  ),
]
