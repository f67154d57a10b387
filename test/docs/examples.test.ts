// Holds that the docs' examples compile and run.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createMemoryStore, createSessionHandler, type SessionHandler, type SessionHandlerOptions, type SessionStore } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { describe, expect, test, vi } from 'vitest'
import { exchange, patch, serve } from '../server/fixtures/node-server.ts'
import { folder, readExamples, toFile, writeExamples } from './examples.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = ['README.md', 'docs/django.md', 'docs/ssr.md', 'docs/servers.md', 'docs/express.md']
const folders = pages.map(writeExamples)

describe('the examples of the docs', () => {
  test('compile as strict TypeScript', { timeout: 60_000 }, async () => {
    const config = {
      extends: `${root}tsconfig.json`,
      compilerOptions: { allowImportingTsExtensions: true },
      include: folders.map((path) => `${path}**/*`),
      exclude: [],
    }
    writeFileSync(`${folder}tsconfig.json`, JSON.stringify(config))
    const { stdout } = await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${folder}tsconfig.json`]).catch(
      (error) => error,
    )
    expect(stdout).toBe('')
  })

  test('are the first screen and the five things of the README', () => {
    expect(readExamples('README.md').map(({ file }) => file)).toEqual([
      'theme-switch.tsx',
      'schema.ts',
      'session.ts',
      'cart.tsx',
      'theme.vue',
      'server.ts',
      'cart.test.ts',
    ])
  })
})

describe('the page that docs/ssr.md renders', () => {
  const cookie = { name: 'sid', secure: false }
  const request = new Request('https://shop.example/', { headers: { Cookie: `sid=${'k'.repeat(43)}` } })
  type Render = (request: Request, sessions: SessionHandler) => Promise<string>
  const stateIn = (html: string): unknown => JSON.parse(/<script [^>]*>(.*)<\/script>/.exec(html)?.[1] ?? '')
  const load = async (): Promise<Render> => (await import(/* @vite-ignore */ `${folders[2]}render.tsx`)).render

  test('holds what is stored, and nothing that a visitor stored ends its script', async () => {
    const render = await load()
    const sessions = createSessionHandler({ store: createMemoryStore(), keys: ['theme', 'note'], cookie })
    const session = await sessions.open(new Request('https://shop.example/'))
    const note = '</script><script>alert(1)</script><!--\u2028&'
    await session.transaction((tx) => {
      tx.set('theme', 'dark')
      tx.set('note', note)
    })
    const response = session.respond(new Response())
    const html = await render(
      new Request('https://shop.example/', { headers: { Cookie: response.headers.get('Set-Cookie') ?? '' } }),
      sessions,
    )
    expect(html).toContain('<main data-theme="dark">')
    expect(html.match(/<\/script>|<!--(?! )/g)).toEqual(['</script>'])
    expect(stateIn(html)).toMatchObject({ state: { data: { theme: 'dark', note } } })
  })

  test.each<[string, Partial<SessionHandlerOptions>, Partial<SessionStore>]>([
    ['a log-in wall', { admit: () => ({ name: 'unauthenticated' }) }, {}],
    ['a rate limit', { admit: () => ({ name: 'rate-limited', retryAfterSeconds: 60 }) }, {}],
    ['a store that is down', {}, { read: () => Promise.reject(new TypeError('down')) }],
    ['a store that does not respond', {}, { read: () => new Promise(() => {}) }],
  ])('comes with the defaults behind %s, and leaves no request behind', { timeout: 20_000 }, async (_, options, faults) => {
    const render = await load()
    let requests = 0
    const store = { ...createMemoryStore(), ...faults }
    const sessions = createSessionHandler({ store, keys: ['theme'], cookie, onError: () => {}, ...options })
    const counting = Object.assign((given: Request) => {
      requests += 1
      return sessions(given)
    }, sessions)
    const html = await render(request, counting)
    expect(html).toContain('<main data-theme="light">')
    expect(stateIn(html)).toBeNull()
    const before = requests
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(requests).toBe(before)
  })
})

describe('the limiter of docs/servers.md', () => {
  test('refuses the twenty-first session of an address in a minute, and nothing else of it', async () => {
    const { sessions } = (await import(/* @vite-ignore */ `${folders[3]}limits.ts`)) as { sessions: SessionHandler }
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const port = await serve(toNodeListener((request, connection) => sessions(request, connection)))
    const statuses: (number | undefined)[] = []
    for (let index = 0; index < 21; index += 1) statuses.push((await exchange(port, patch(port)))?.status)
    expect(statuses).toEqual([...Array<number>(20).fill(200), 429])
    expect((await exchange(port, 'GET /session HTTP/1.1\r\nHost: a.test\r\n\r\n'))?.status).toBe(200)
    expect(warn).toHaveBeenCalledExactlyOnceWith('session: rate-limited', {
      method: 'PATCH',
      address: '127.0.0.1',
      origin: `http://127.0.0.1:${port}`,
    })
    warn.mockRestore()
  })
})

// The tests that the docs show are registered as tests of this file.
for (const [index, path] of folders.entries()) {
  for (const { file } of readExamples(pages[index] as string)) {
    if (file.endsWith('.test.ts')) await import(/* @vite-ignore */ path + toFile(file))
  }
}

describe('the app of docs/express.md', () => {
  test('keeps the cart and counts the views of one visitor', async () => {
    const { app } = await import(/* @vite-ignore */ `${folders[4]}shop.ts`)
    const port = await serve(app)
    let cookie = ''
    const send = async (path: string, init: RequestInit = {}): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { ...init.headers, Cookie: cookie } })
      cookie = response.headers.get('Set-Cookie')?.split(';', 1)[0] ?? cookie
      return response.text()
    }
    await send('/cart', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"id":"tea"}' })
    expect([await send('/views'), await send('/views')]).toEqual(['1 views', '2 views'])
    expect(JSON.parse(await send('/session'))).toMatchObject({ data: { cart: [{ id: 'tea', count: 1 }] } })
  })
})
