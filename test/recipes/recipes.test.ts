// Drives each recipe of examples/recipes with the real client: reads, writes, a log-in under `exclusive`, and what a second browser sees.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createSessionClient } from 'sojourn'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createSessions, type RecipeSessions, type Served } from '../../examples/recipes/sessions.ts'
import { root } from '../../scripts/doors.ts'
import { createBrowser } from '../processes/browser.ts'
import { findRecipes } from './find-recipes.ts'

const schema = z.object({ theme: z.enum(['light', 'dark']).default('light'), cart: z.array(z.string()).default([]) })
const recipes = ['express', 'fastify', 'hono', 'koa']
const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(recipe: string) {
  const file = join(root, 'examples/recipes', recipe, 'server.ts')
  const { serve } = (await import(/* @vite-ignore */ file)) as { serve(sessions: RecipeSessions): Promise<Served> }
  const served = await serve(createSessions())
  closers.push(served.close)
  const url = `http://127.0.0.1:${served.port}/session`
  const browser = createBrowser(recipe, url)
  const session = createSessionClient({ url, schema, fetch: browser.fetch, locks: browser.locks, channel: false })
  closers.push(() => session.dispose())
  return { url, browser, session }
}

describe.skipIf(!findRecipes())('the recipe of', () => {
  test.each(recipes)('%s reads, writes, signs in and ends a session', { timeout: 30_000 }, async (recipe) => {
    expect(existsSync(join(root, 'examples/recipes', recipe, 'server.ts'))).toBe(true)
    const { url, browser, session } = await open(recipe)
    expect(await session.get('theme')).toBe('light')
    await session.set('theme', 'dark')
    await session.update('cart', (cart) => [...cart, 'tea'])
    const before = browser.cookie()

    await session.exclusive(async () => {
      const response = await browser.fetch(new URL('/log-in', url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: 'ada' }),
      })
      expect(await response.json()).toEqual({ name: 'ada' })
    })
    await session.revalidate()
    expect([session.identity, session.peek('cart')]).toEqual(['ada', ['tea']])
    expect(browser.cookie()).not.toBe(before)

    await session.set('theme', 'light')
    await session.end()
    expect([session.peek('cart'), browser.cookie()]).toEqual([[], undefined])
  })
})
