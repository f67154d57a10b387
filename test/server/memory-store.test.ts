// Proves the memory store: the contract, and how much it holds.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describeStore } from 'sojourn/server/store-contract'
import { expect, test } from 'vitest'
import { createVisitor, keys } from './visitor.ts'

describeStore('memory', (now) => createMemoryStore({ now }), { test, expect })

test('a full store refuses new visitors with a 503 and lets those with a session go on, log-ins included', async () => {
  const time = { now: 1_000 }
  const store = createMemoryStore({ now: () => time.now, maxSessions: 2 })
  const errors: unknown[] = []
  const handler = createSessionHandler({ keys, store, now: () => time.now, maxAgeMs: 10_000, onError: (error) => errors.push(error) })
  const [ann, bob, eve] = [createVisitor(handler), createVisitor(handler), createVisitor(handler)]
  await ann.commit({ set: { a: 1 } })
  await bob.commit({ set: { a: 1 } })
  expect(await eve.commit({ set: { a: 1 } })).toMatchObject({ status: 503, setCookie: null })
  expect(String(errors[0])).toContain('Raise maxSessions')
  expect((await ann.commit({ set: { a: 2 }, cycleKey: true })).status).toBe(200)
  time.now += 10_000
  expect((await eve.commit({ set: { a: 1 } })).status).toBe(200)
})

test.each([0, -1, 1.5, Number.NaN])('maxSessions of %s is refused', (maxSessions) => {
  expect(() => createMemoryStore({ maxSessions })).toThrow(expect.objectContaining({ code: 'config' }))
})
