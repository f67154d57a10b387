// Holds that every scenario keeps all invariants.
import { expect, test } from 'vitest'
import { parseScript } from '../script.ts'
import { runHistory } from '../world.ts'
import { scenarios } from './scenarios.ts'

test.each(Object.entries(scenarios))('%s', async (_, script) => {
  const { fault } = await runHistory(parseScript(script))
  expect(fault).toBeUndefined()
})
