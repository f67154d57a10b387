// The tests that every store has to pass, for any test runner that has `test` and `expect`. Called by tests only.
import type { SessionStore } from '../store.ts'
import { type StoreCase, storeCases } from './cases.ts'
import { repeatedCases } from './repeated-cases.ts'

/** The part of a test runner that the contract needs: that of Vitest, Jest, Bun or Deno's `@std/testing`. */
export interface StoreTestTools {
  test(name: string, run: () => Promise<void>): unknown
  expect(value: unknown): { toEqual(expected: unknown): unknown }
}

/** Creates an empty store that reads the given clock, in milliseconds since the epoch. */
export type CreateStore = (now: () => number) => SessionStore | Promise<SessionStore>

/**
 * Defines the tests of the store contract (docs/stores.md). Each creates a store of its own and closes it. The optional methods are
 * tested if the store has them.
 *
 * @example
 * import { describeStore } from 'sojourn/server/store-contract'
 * import { expect, test } from 'vitest'
 *
 * describeStore('my store', (now) => createMyStore({ now, prefix: crypto.randomUUID() }), { test, expect })
 */
export function describeStore(name: string, create: CreateStore, { test, expect }: StoreTestTools): void {
  const define = ([title, run]: StoreCase): void => {
    test(`${name}: ${title}`, async () => {
      const time = { now: 1_000_000 }
      const store = await create(() => time.now)
      try {
        await run({ store, time, expect })
      } finally {
        await store.close?.()
      }
    })
  }
  for (const each of [...storeCases, ...repeatedCases]) define(each)
}
