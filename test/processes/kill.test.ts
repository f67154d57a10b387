// Holds that a killed server loses no acknowledged write and stores none twice.
import { expect, test } from 'vitest'
import { runKills } from './kill-rounds.ts'

test('a server killed with -9 again and again while four tabs write loses nothing that it acknowledged and stores nothing twice', {
  timeout: 120_000,
}, async () => {
  const { faults, figures } = await runKills({ rounds: 8, seed: 20, variants: ['tabs', 'deaf', 'devices', 'visitors'] })
  expect(faults).toEqual([])
  expect(figures['writes acknowledged']).toBe(figures.writes)
  expect(figures.writes).toBeGreaterThan(40)
})
