// Holds that `kill -9` of the server loses no acknowledged write and stores none twice, with two tabs in Chromium.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Death } from './fixtures/control.ts'
import { setStage, type Visitor } from './fixtures/stage.ts'

const stage = setStage()

const total = async (tabs: readonly Page[], name: 'asked' | 'acknowledged'): Promise<number> => {
  const counts = await Promise.all(tabs.map((tab) => tab.evaluate((member) => window.tally[member], name)))
  return counts.reduce((sum, count) => sum + count, 0)
}

const shown = (tabs: readonly Page[]): Promise<number[]> =>
  Promise.all(tabs.map((tab) => tab.evaluate(() => window.session.peek('counter'))))

async function stored(visitor: Visitor): Promise<number> {
  return ((await visitor.stored()).data.counter as number | undefined) ?? 0
}

/** Both tabs write at once from here on. */
const startCounting = (tabs: readonly Page[], times: number): Promise<unknown> =>
  Promise.all(tabs.map((tab) => tab.evaluate((each) => void window.count(each), times)))

/** Starts the server again: all that it acknowledged in its former life is there. */
async function revive(visitor: Visitor, tabs: readonly Page[]): Promise<void> {
  await stage.app.dead()
  const acknowledged = await total(tabs, 'acknowledged')
  await stage.app.start()
  expect(await stored(visitor)).toBeGreaterThanOrEqual(acknowledged)
}

/** Lets the tabs finish: each write is stored exactly once, and both show it. */
async function finish(visitor: Visitor, tabs: readonly Page[]): Promise<void> {
  const asked = await total(tabs, 'asked')
  await expect.poll(() => total(tabs, 'acknowledged')).toBe(asked)
  expect(await stored(visitor)).toBe(asked)
  await expect.poll(() => shown(tabs)).toEqual(tabs.map(() => asked))
}

const moments: Death['moment'][] = ['unstored', 'stored', 'answered']

describe('kill -9 of the server while two tabs write', () => {
  test('loses nothing acknowledged and stores nothing twice, at any moment', async () => {
    const visitor = await stage.newVisitor()
    const tabs = [await visitor.open(), await visitor.open()]

    for (const share of [1, 3, 9, 19, 30]) {
      const before = await total(tabs, 'acknowledged')
      await startCounting(tabs, 20)
      await expect.poll(() => total(tabs, 'acknowledged'), { interval: 5 }).toBeGreaterThanOrEqual(before + share)
      await stage.app.kill()
      await revive(visitor, tabs)
    }

    await finish(visitor, tabs)
  })

  test.each(moments)('loses nothing acknowledged and stores nothing twice, with the last write %s', async (moment) => {
    const visitor = await stage.newVisitor()
    const tabs = [await visitor.open(), await visitor.open()]

    for (const nth of [3, 1, 2]) {
      await stage.app.control({ death: { moment, nth } })
      await startCounting(tabs, 5)
      await revive(visitor, tabs)
    }

    await finish(visitor, tabs)
  })

  test.each(moments)('leaves one session with the first writes of both, its creation %s', async (moment) => {
    const visitor = await stage.newVisitor()
    const tabs = [await visitor.open(), await visitor.open()]
    await stage.app.control({ death: { moment, nth: 1 } })

    await startCounting(tabs, 3)
    await revive(visitor, tabs)

    await finish(visitor, tabs)
  })
})
