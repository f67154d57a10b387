// Holds that the client works with sojourn_django, next to Django's own views.
import { createSessionClient, SessionEndedError } from 'sojourn'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Browser, createBrowser } from '../processes/browser.ts'
import { type DjangoServer, findDjangos, startDjango } from './django-server.ts'

const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  cart: z.array(z.string()).default([]),
  note: z.string().optional(),
})

const djangos = findDjangos()
const servers = [
  { django: '3.2', engine: 'db' },
  { django: '3.2', engine: 'signed_cookies' },
  { django: 'later', engine: 'db' },
  { django: 'later', engine: 'merging-db' },
] as const
const hasAll = djangos.length === 2

if (!hasAll) test.skip('SKIPPED: a Django version is missing; backends/django/scripts/install installs both')

describe.runIf(hasAll).for(servers)('the client on Django $django with the engine $engine', { timeout: 60_000 }, ({ django, engine }) => {
  let server: DjangoServer
  const open: { dispose(): void }[] = []
  let visits = 0

  beforeAll(async () => {
    server = await startDjango(django, engine)
  }, 120_000)
  afterAll(() => server.close())
  afterEach(() => {
    for (const client of open.splice(0)) client.dispose()
  })

  const visit = (): Browser => createBrowser(`visit ${visits++} of ${django} ${engine}`, server.origin)

  function tabOf({ fetch, locks, channel }: Browser) {
    const session = createSessionClient({ url: `${server.origin}/session`, schema, fetch, locks, channel })
    open.push(session)
    return session
  }

  async function post(browser: Browser, path: string, fields: Record<string, string> = {}): Promise<Response> {
    const response = await browser.fetch(`${server.origin}/${path}`, { method: 'POST', body: new URLSearchParams(fields) })
    expect(response.ok, `${path} responses ${response.status}`).toBe(true)
    return response
  }

  const view = async (browser: Browser): Promise<unknown> => (await browser.fetch(`${server.origin}/read`)).json()
  const ada = { username: 'ada', password: 'lovelace' }

  test('what the client sets and updates is there for a view and for another client', async () => {
    const browser = visit()
    const session = tabOf(browser)
    expect(await session.get('theme')).toBe('light')
    await session.set('theme', 'dark')
    await session.update('cart', (cart) => [...cart, 'tea'])
    await session.update('cart', (cart) => [...cart, 'milk'])
    expect(await view(browser)).toEqual({ theme: 'dark', cart: ['tea', 'milk'] })
    const other = tabOf(browser)
    expect([await other.get('theme'), await other.get('cart')]).toEqual(['dark', ['tea', 'milk']])
  })

  test('a view that writes is noticed by its response', async () => {
    const browser = visit()
    const session = tabOf(browser)
    await session.set('cart', ['tea'])
    const response = await browser.fetch(`${server.origin}/write`, { method: 'POST', body: JSON.stringify({ note: 'from a view' }) })
    session.notice(response)
    await expect.poll(() => session.peek('note')).toBe('from a view')
    expect(session.peek('cart')).toEqual(['tea'])
  })

  test('a log-in keeps the cart of an anonymous visitor and what is written meanwhile', async () => {
    const browser = visit()
    await post(browser, 'sign-up', ada)
    const session = tabOf(browser)
    await session.set('cart', ['tea'])
    const before = browser.cookie()
    const late = session.update('cart', (cart) => [...cart, 'milk'])
    const during = session.exclusive(async () => {
      await post(browser, 'sign-in', ada)
      session.set('theme', 'dark')
    })
    await Promise.all([late, during])
    await session.settled()
    expect(browser.cookie()).not.toBe(before)
    expect(session.identity).toEqual(expect.any(String))
    expect(await view(browser)).toEqual({ cart: ['tea', 'milk'], theme: 'dark' })
    await session.set('note', 'with the new key and token')
    expect(await view(browser)).toMatchObject({ note: 'with the new key and token' })
  })

  test('a log-out in one tab ends the other', async () => {
    const browser = visit()
    await post(browser, 'sign-up', ada)
    await post(browser, 'sign-in', ada)
    const [one, other] = [tabOf(browser), tabOf(browser)]
    await one.set('cart', ['tea'])
    expect(await other.get('cart')).toEqual(['tea'])
    const ended = new Promise((resolve) => other.on('ended', resolve))
    await one.exclusive(() => post(browser, 'sign-out'))
    await ended
    expect([one.peek('cart'), other.peek('cart')]).toEqual([[], []])
  })

  test('end takes the session and its cookie away, and the next write begins again', async () => {
    const browser = visit()
    const session = tabOf(browser)
    await session.set('cart', ['tea'])
    await session.end()
    expect(browser.cookie() ?? '').not.toContain('__Host-session')
    await session.set('theme', 'dark')
    expect(await view(browser)).toEqual({ theme: 'dark' })
  })

  test('a password that is changed elsewhere ends the session', async () => {
    const browser = visit()
    const user = { ...ada, username: 'grace' }
    await post(browser, 'sign-up', user)
    await post(browser, 'sign-in', user)
    const session = tabOf(browser)
    await session.set('cart', ['tea'])
    await post(visit(), 'sign-up', { ...user, password: 'hopper' })
    const rejection = await session.set('theme', 'dark').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(rejection).toBeInstanceOf(SessionEndedError)
    expect(session.peek('cart')).toEqual([])
  })

  test('two tabs that write at once lose nothing', async () => {
    const browser = visit()
    const [one, other] = [tabOf(browser), tabOf(browser)]
    await one.set('cart', [])
    await other.get('cart')
    const items = Array.from({ length: 10 }, (_, index) => `item ${index}`)
    await Promise.all(items.map((item, index) => (index % 2 ? one : other).update('cart', (cart) => [...cart, item])))
    const stored = (await view(browser)) as { cart: string[] }
    expect(stored.cart.toSorted()).toEqual(items)
  })

  test('setExpiry sets how long the session lives, and takes it back', async () => {
    const session = tabOf(visit())
    await session.set('cart', ['tea'])
    await session.setExpiry(600_000)
    expect(session.expiry?.atBrowserClose).toBe(false)
    await session.setExpiry('browser-close')
    expect(session.expiry?.atBrowserClose).toBe(true)
    await session.setExpiry('default')
    expect(session.expiry?.atBrowserClose).toBe(false)
  })
})
