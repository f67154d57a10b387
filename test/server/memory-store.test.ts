import { createMemoryStore } from 'sojourn/server'
import { expect, test } from 'vitest'
import { describeStore } from './store-contract.ts'

describeStore('memory', (now) => createMemoryStore({ now }))

test('the memory of a store that nobody sweeps holds what is alive, not all that ever was', async () => {
  const time = { now: 0 }
  const store = createMemoryStore({ now: () => time.now })
  for (let n = 0; n < 10_000; n += 1) {
    time.now += 1
    await store.write({ id: `id${n}`, expected: null, entry: { revision: 'r', value: '', expiresAt: time.now + 10 } })
  }
  expect(await store.sweep(time.now)).toBeLessThan(3_000)
})
