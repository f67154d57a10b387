// Holds that random histories break no invariant.
import { expect, test } from 'vitest'
import { generate } from './generate.ts'
import { runSeed } from './run.ts'
import type { Mode } from './script.ts'
import { runHistory } from './world.ts'

/** Runs histories of successive seeds; gives the faults that they show. `npm run simulate` shrinks and prints one. */
async function findFaults(firstSeed: number, count: number, mode: Mode, only?: RegExp): Promise<string[]> {
  const faults: string[] = []
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { fault } = await runSeed(seed, mode, only)
    if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`)
  }
  return faults
}

test('no history of clients, networks and servers breaks an invariant', { timeout: 120_000 }, async () => {
  expect(await findFaults(1, 2000, 'normal')).toEqual([])
})

test('beside server code that saves old data, histories break no more than they may', { timeout: 120_000 }, async () => {
  expect(await findFaults(5000, 500, 'old-views')).toEqual([])
})

// A write without effect is still acknowledged without a request: `unasked` and `stale` are left out until it waits for a response.
test('no history of people who edit the same forms and lists loses an edit', { timeout: 120_000 }, async () => {
  expect(await findFaults(1, 600, 'edits', /^(?!unasked|stale)/)).toEqual([])
})

test('a page that is closed or frozen takes its writes along', { timeout: 120_000 }, async () => {
  expect(await findFaults(1, 150, 'pages')).toEqual([])
})

test('a history is the same each time that it is played', async () => {
  const play = async (): Promise<string> => {
    const { script, drawFate } = generate(7)
    const lines: string[] = []
    await runHistory(script, { drawFate, tell: (line) => void lines.push(line) })
    return lines.join('\n')
  }
  expect(await play()).toBe(await play())
})
