// The ways in which a visitor leaves a page with a write in hand, in every engine.
import { describe, expect, test } from 'vitest'
import type { Stored } from '../browser/fixtures/stage.ts'
import type { Tab } from './engine.ts'
import { testedEngines } from './find-engines.ts'
import { setStage, type Visitor } from './stage.ts'

/** How the page is left. */
const leave = {
  'a navigation': (tab: Tab) => tab.start(() => location.assign('/elsewhere')),
  'a reload': (tab: Tab) => tab.start(() => location.reload()),
  'closing the tab': (tab: Tab) => tab.close(),
} as const

type Way = keyof typeof leave

/** The events in which a page may still write, and the ways of leaving that fire them in every engine. */
const lastMoments: readonly (readonly [string, Way])[] = [
  ['visibilitychange', 'a navigation'],
  ['visibilitychange', 'closing the tab'],
  ['pagehide', 'a navigation'],
  ['pagehide', 'closing the tab'],
  ['beforeunload', 'a navigation'],
  ['beforeunload', 'a reload'],
  ['unload', 'closing the tab'],
]

/** Resolves with whether a condition holds within five seconds. */
function holdsSoon(read: () => Promise<unknown>, expected: unknown): Promise<boolean> {
  return expect
    .poll(read, { timeout: 5000 })
    .toEqual(expected)
    .then(
      () => true,
      () => false,
    )
}

/**
 * Whether one of three rounds stores the write. Firefox ends the process of a closed tab at once, and loses a request whose body that
 * process still holds, so one round may fail. Without keepalive, or behind a lock, every round fails.
 */
async function isStoredOnce(round: () => Promise<boolean>): Promise<boolean> {
  return (await round()) || (await round()) || (await round())
}

const data = async (visitor: Visitor): Promise<Stored['data']> => (await visitor.stored()).data

describe.each(testedEngines)('%s', (engine) => {
  const stage = setStage(engine)

  /** Opens a tab of a visitor who has a session. */
  async function openReturning(): Promise<{ visitor: Visitor; tab: Tab }> {
    const visitor = await stage.newVisitor()
    const tab = await visitor.open()
    await tab.evaluate(() => window.session.set('theme', 'light').then(() => true))
    return { visitor, tab }
  }

  test.each(Object.keys(leave) as Way[])('a commit in flight is stored once if the page is left by %s', async (way) => {
    const { visitor, tab } = await openReturning()
    const { gone, patches } = await stage.app.control({ hold: true })

    await tab.start(() => window.session.set('theme', 'dark'))
    await expect.poll(async () => (await stage.app.control()).waiting).toBe(1)
    await leave[way](tab)
    await stage.app.control({ hold: false })

    await expect.poll(() => data(visitor)).toEqual({ theme: 'dark' })
    expect(await stage.app.control()).toMatchObject({ gone, patches: patches + 1 })
  })

  test('a write in the tick in which the page navigates is stored', async () => {
    const { visitor, tab } = await openReturning()

    await tab.start(() => {
      void window.session.set('theme', 'dark')
      location.assign('/elsewhere')
    })

    await expect.poll(() => data(visitor)).toEqual({ theme: 'dark' })
  })

  test('a write just before the tab is closed is stored', async () => {
    const { visitor, tab } = await openReturning()

    await tab.start(() => window.session.set('theme', 'dark'))
    await leave['closing the tab'](tab)

    await expect.poll(() => data(visitor)).toEqual({ theme: 'dark' })
  })

  test("a new visitor's first commit in flight is stored with its cookie", async () => {
    const visitor = await stage.newVisitor()
    const tab = await visitor.open()
    const { created } = await stage.app.control({ hold: true })

    await tab.start(() => window.session.set('cart', ['apple']))
    await expect.poll(async () => (await stage.app.control()).waiting).toBe(1)
    await leave['a navigation'](tab)
    await stage.app.control({ hold: false })

    await expect.poll(() => data(visitor)).toEqual({ cart: ['apple'] })
    expect(await stage.app.control()).toMatchObject({ created: created + 1 })
  })

  test('a large commit that keepalive still carries is stored', async () => {
    async function closeWithLargeCommit(): Promise<boolean> {
      const { visitor, tab } = await openReturning()
      await stage.app.control({ hold: true })

      await tab.start(() => window.session.set('notes', { long: 'x'.repeat(58_000) }))
      await expect.poll(async () => (await stage.app.control()).waiting).toBe(1)
      await leave['closing the tab'](tab)
      await stage.app.control({ hold: false })

      return holdsSoon(async () => (await data(visitor)).notes, { long: 'x'.repeat(58_000) })
    }

    expect(await isStoredOnce(closeWithLargeCommit)).toBe(true)
  })

  test('a commit too large for keepalive is stored whole or not at all', async () => {
    const { visitor, tab } = await openReturning()
    await stage.app.control({ hold: true })

    await tab.start(() => window.session.set('notes', { long: 'x'.repeat(70_000) }))
    await expect.poll(async () => (await stage.app.control()).waiting).toBe(1)
    await leave['closing the tab'](tab)
    await stage.app.control({ hold: false })

    await expect.poll(async () => (await stage.app.control()).waiting).toBe(0)
    expect([undefined, { long: 'x'.repeat(70_000) }]).toContainEqual((await data(visitor)).notes)
  })

  /** Leaves a page that writes in a listener of the event. Resolves with whether the write was stored. */
  async function writeWhileLeaving(visitor: Visitor, event: string, way: Way): Promise<boolean> {
    const tab = await visitor.open()
    await tab.evaluate(async (type) => {
      await window.session.set('theme', 'light')
      const target = type === 'visibilitychange' ? document : window
      target.addEventListener(type, () => void window.session.set('theme', 'dark'))
      return true
    }, event)
    await leave[way](tab)
    return holdsSoon(async () => (await data(visitor)).theme, 'dark')
  }

  test.each(lastMoments)('a write in a listener of %s is stored if the page is left by %s', async (event, way) => {
    const visitor = await stage.newVisitor()
    expect(await isStoredOnce(() => writeWhileLeaving(visitor, event, way))).toBe(true)
  })
})
