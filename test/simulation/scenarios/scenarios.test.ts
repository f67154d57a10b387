// Holds that every scenario keeps all invariants.
import { expect, test } from 'vitest'
import { playHistory } from '../lists/compare.ts'
import { parseScript } from '../script.ts'
import { scenarios } from './scenarios.ts'

test.each(Object.entries(scenarios))('%s', async (_, script) => {
  const { fault } = await playHistory(parseScript(script))
  expect(fault).toBeUndefined()
})
