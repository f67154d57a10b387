// Holds that ten thousand writes in one tick are at most two commits, in Chromium.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { setStage } from './fixtures/stage.ts'

const stage = setStage()

/** Notes the bodies of the commits that a tab sends from now on. */
function noteCommits(page: Page): { readonly set: Record<string, unknown> }[] {
  const bodies: { readonly set: Record<string, unknown> }[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') bodies.push(request.postDataJSON())
  })
  return bodies
}

describe('ten thousand writes in one tick', () => {
  test('of one key are one pending mutation and one key of one commit', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    const commits = noteCommits(page)

    const pending = await page.evaluate(async () => {
      const receipts = Array.from({ length: 10_000 }, (_, number) => window.session.set('counter', number))
      const { pending } = window.session
      await Promise.all(receipts)
      return pending.map(({ kind, keys }) => ({ kind, keys }))
    })

    expect(pending).toEqual([{ kind: 'set', keys: ['counter'] }])
    expect(commits.map(({ set }) => set)).toEqual([{ counter: 9999 }])
    expect((await visitor.stored()).data).toEqual({ counter: 9999 })
  })

  test('of ten thousand keys are at most two commits', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    const commits = noteCommits(page)

    await page.evaluate(async () => {
      const { createSessionClient, z } = window.sojourn
      const names = Array.from({ length: 10_000 }, (_, number) => `key${number}`)
      const schema = z.object(Object.fromEntries(names.map((name) => [name, z.number().default(0)])))
      const session = createSessionClient({ url: '/session', schema })
      await session.ready()
      await Promise.all(names.map((name, number) => session.set(name, number)))
    })

    expect(commits.length).toBeLessThanOrEqual(2)
    expect(Object.keys((await visitor.stored()).data)).toHaveLength(10_000)
  })

  test('of four keys, before anything is loaded, are at most two commits', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    const commits = noteCommits(page)

    await page.evaluate(async () => {
      const { createSessionClient, z } = window.sojourn
      const schema = z.object({ a: z.number(), b: z.number(), c: z.number(), d: z.number() })
      const session = createSessionClient({ url: '/session', schema })
      const keys = ['a', 'b', 'c', 'd'] as const
      await Promise.all(Array.from({ length: 10_000 }, (_, number) => session.set(keys[number % 4] as 'a', number)))
    })

    expect(commits.length).toBeLessThanOrEqual(2)
    expect((await visitor.stored()).data).toEqual({ a: 9996, b: 9997, c: 9998, d: 9999 })
  })

  test('of a counter by update are at most two commits and ten thousand', async () => {
    const visitor = await stage.newVisitor()
    const page = await visitor.open()
    const commits = noteCommits(page)

    await page.evaluate(() => Promise.all(Array.from({ length: 10_000 }, () => window.session.update('counter', (count) => count + 1))))

    expect(commits.length).toBeLessThanOrEqual(2)
    expect((await visitor.stored()).data).toEqual({ counter: 10_000 })
  })
})
