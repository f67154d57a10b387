// Holds what sojourn/express promises beyond express-session: honest failures, cookies of streamed responses, the schema, and lives.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import { session } from 'sojourn/express'
import { createMemoryStore, createSessionHandler, type SessionStore } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createVisitor } from '../visitor.ts'
import { type Browser, serveApp } from './browser.ts'

declare module 'sojourn/express' {
  interface SessionData {
    theme: string
    views: number
    hidden: string
    cart: { sku: string; count: number }[]
    any: unknown
  }
}

const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  views: z.number().optional(),
  cart: z.array(z.object({ sku: z.string(), count: z.number() })).default([]),
})

function setUp(routes: Readonly<Record<string, RequestHandler>>, options: Partial<Parameters<typeof createSessionHandler>[0]> = {}) {
  const reported: unknown[] = []
  const sessions = createSessionHandler({
    store: createMemoryStore(),
    schema,
    cookie: { name: 'sid', secure: false },
    onError: (error: unknown) => reported.push(error),
    ...(options as object),
  })
  const app = express()
  app.all('/session', toNodeListener(sessions))
  app.use(session(sessions, { identify: { cart: 'sku' } }))
  app.get('/', (request, response) => void response.json(request.session))
  for (const [path, route] of Object.entries(routes)) app.post(path, route)
  app.use(((error, _request, response, _next) => {
    response.status(error.status ?? 500).json({ name: error.name, key: error.key })
  }) as express.ErrorRequestHandler)
  return { app, sessions, reported }
}

/** A store whose next writes fail as `mode` says. */
function createFailingStore(): SessionStore & { mode: 'works' | 'refuses' | 'stores and fails' } {
  const store = createMemoryStore()
  const failing = {
    ...store,
    mode: 'works' as 'works' | 'refuses' | 'stores and fails',
    write: async (write: Parameters<SessionStore['write']>[0]) => {
      const { mode } = failing
      failing.mode = 'works'
      if (mode === 'refuses') throw new Error('away')
      const isStored = await store.write(write)
      if (mode === 'stores and fails') throw new Error('away')
      return isStored
    },
  }
  return failing
}

const dataOf = async (browser: Browser) => {
  const { cookie: _, ...data } = JSON.parse((await browser.send('/')).text)
  return data
}

test('a save that fails is a 503, and no client gets a 200 for what is not stored', async () => {
  const store = createFailingStore()
  const { app } = setUp(
    {
      '/dark': (request, response) => {
        request.session.theme = 'dark'
        response.setHeader('ETag', '"page"').send('saved')
      },
    },
    { store },
  )
  const running = await serveApp(app)
  const browser = running.newBrowser()
  store.mode = 'refuses'
  const reply = await browser.post('/dark')
  expect([reply.status, reply.headers.get('ETag'), reply.headers.get('Content-Type')]).toEqual([
    503,
    expect.not.stringContaining('page'),
    'application/json; charset=utf-8',
  ])
  expect([browser.cookie, await dataOf(browser)]).toEqual([undefined, {}])
  expect((await browser.post('/dark')).status).toBe(200)
  expect(await dataOf(browser)).toEqual({ theme: 'dark' })
  await running.close()
})

test('a first save whose response the store lost is found again by the save at the end', async () => {
  const store = createFailingStore()
  const { app } = setUp(
    {
      '/twice': async (request, response) => {
        request.session.views = 1
        store.mode = 'stores and fails'
        await request.session.save().catch(() => {})
        request.session.theme = 'dark'
        response.end()
      },
    },
    { store },
  )
  const running = await serveApp(app)
  const browser = running.newBrowser()
  expect((await browser.post('/twice')).status).toBe(200)
  expect(await dataOf(browser)).toEqual({ theme: 'dark', views: 1 })
  await running.close()
})

test('a store that is down is a 503 for a request that reads', async () => {
  const store = { ...createMemoryStore(), read: () => Promise.reject(new Error('away')) }
  const { app } = setUp({}, { store })
  const running = await serveApp(app)
  const browser = running.newBrowser()
  browser.cookie = `sid=${'a'.repeat(43)}`
  expect(await browser.send('/')).toMatchObject({ status: 503, text: '{"name":"StoreFault"}' })
  await running.close()
})

test('a session that ends under a request is a 400 for its changes, and is not made anew', async () => {
  const { app, sessions } = setUp({
    '/begin': (request, response) => {
      request.session.views = 1
      response.end()
    },
    '/slow': async (request, response) => {
      const opened = await sessions.open(new Request('https://shop.test/', { headers: { Cookie: request.headers.cookie as string } }))
      await opened.flush()
      request.session.theme = 'dark'
      response.end('saved')
    },
  })
  const running = await serveApp(app)
  const browser = running.newBrowser()
  await browser.post('/begin')
  expect(await browser.post('/slow')).toMatchObject({ status: 400, text: '{"name":"SessionEndedError"}' })
  expect(await dataOf(browser)).toEqual({})
  await running.close()
})

test('a streamed response carries the cookie of a session that is stored when it ends', async () => {
  const { app } = setUp({
    '/stream': (request, response) => {
      request.session.theme = 'dark'
      response.write('first ')
      setTimeout(() => {
        request.session.views = 1
        response.end('last')
      }, 10)
    },
  })
  const running = await serveApp(app)
  const browser = running.newBrowser()
  expect(await browser.post('/stream')).toMatchObject({ status: 200, text: 'first last' })
  expect(await dataOf(browser)).toEqual({ theme: 'dark', views: 1 })
  await running.close()
})

test('a streamed response whose save fails is broken off and reported', async () => {
  const store = createFailingStore()
  const { app, reported } = setUp(
    {
      '/stream': (request, response) => {
        request.session.theme = 'dark'
        response.write('first ')
        store.mode = 'refuses'
        response.end('last')
      },
      '/too-late': (request, response) => {
        response.write('first ')
        request.session.theme = 'dark'
        response.end('last')
      },
    },
    { store },
  )
  const running = await serveApp(app)
  await expect(running.newBrowser().post('/stream')).rejects.toThrow(TypeError)
  await expect(running.newBrowser().post('/too-late')).rejects.toThrow(TypeError)
  expect(reported).toMatchObject([
    { name: 'StoreFault' },
    { name: 'SessionUsageError', message: expect.stringContaining('first res.write') },
  ])
  await running.close()
})

test('what the schema refuses is not stored, and names the key', async () => {
  const { app } = setUp({
    '/purple': (request, response) => {
      request.session.theme = 'purple'
      response.end()
    },
    '/function': (request, response) => {
      request.session.any = { big: 1n }
      response.end()
    },
  })
  const running = await serveApp(app)
  const browser = running.newBrowser()
  expect(await browser.post('/purple')).toMatchObject({ status: 500, text: '{"name":"SessionSchemaError","key":"theme"}' })
  expect(await browser.post('/function')).toMatchObject({ status: 500, text: '{"name":"SessionUsageError"}' })
  expect(await dataOf(browser)).toEqual({})
  await running.close()
})

test('code after the end of a response does not change it', async () => {
  const { app } = setUp({
    '/twice': (request, response) => {
      request.session.views = 1
      response.send('one')
      response.status(404).setHeader('Content-Length', '3')
      response.write('more')
      response.end('two')
    },
  })
  const running = await serveApp(app)
  expect(await running.newBrowser().post('/twice')).toMatchObject({ status: 200, text: 'one' })
  await running.close()
})

test('a client and req.session share a session: lists merge by identify, private keys stay private', async () => {
  const { app, sessions } = setUp({
    '/begin': (request, response) => {
      request.session.cart = [{ sku: 'tea', count: 1 }]
      request.session.hidden = 'secret'
      response.end()
    },
    '/slow': async (request, response) => {
      const visitor = createVisitor(sessions)
      visitor.cookie = request.headers.cookie as string
      await visitor.read()
      const { cart } = visitor.state.data as { cart: object[] }
      await visitor.commit({ set: { cart: [...cart, { sku: 'cake', count: 1 }] } })
      for (const item of request.session.cart ?? []) item.count += 1
      response.end()
    },
  })
  const running = await serveApp(app)
  const browser = running.newBrowser()
  await browser.post('/begin')
  const { headers } = await browser.post('/slow')
  const state = JSON.parse((await browser.send('/session')).text)
  expect(state.data).toEqual({
    cart: [
      { sku: 'tea', count: 2 },
      { sku: 'cake', count: 1 },
    ],
  })
  expect(headers.get('Session-Version')).toBe(state.version)
  expect((await dataOf(browser)).hidden).toBe('secret')
  await running.close()
})

test.each([
  ['maxAge in milliseconds', (cookie: object) => Object.assign(cookie, { maxAge: 90_500 }), [91, 91]],
  ['a date', (cookie: object) => Object.assign(cookie, { expires: new Date(60_000) }), [60, 60]],
  ['null, for the life of the browser', (cookie: object) => Object.assign(cookie, { maxAge: null }), [1_209_600, null]],
] as const)('req.session.cookie takes %s', async (_, change, [age, cookieAge]) => {
  const { app } = setUp(
    {
      '/life': (request, response) => {
        change(request.session.cookie)
        response.end()
      },
    },
    { now: () => 0, store: createMemoryStore({ now: () => 0 }) },
  )
  const running = await serveApp(app)
  const browser = running.newBrowser()
  const { headers } = await browser.post('/life')
  const { expiry } = JSON.parse((await browser.send('/session')).text)
  expect(expiry.age).toBe(age)
  const seconds = /Max-Age=(\d+)/.exec(headers.get('Set-Cookie') as string)?.[1]
  expect(seconds === undefined ? null : Math.min(Number(seconds), cookieAge ?? 0)).toBe(cookieAge)
  await running.close()
})

test('a life that is over ends the session', async () => {
  const { app } = setUp({
    '/begin': (request, response) => {
      request.session.views = 1
      response.end()
    },
    '/over': (request, response) => {
      request.session.cookie.maxAge = 0
      response.end()
    },
  })
  const running = await serveApp(app)
  const browser = running.newBrowser()
  await browser.post('/begin')
  await browser.post('/over')
  expect(browser.cookie).toBeUndefined()
  await running.close()
})

test('a request without changes extends the session once a tenth of its life has passed', async () => {
  const time = { now: 0 }
  const { app } = setUp(
    {
      '/begin': (request, response) => {
        request.session.views = 1
        response.end()
      },
    },
    { now: () => time.now, store: createMemoryStore({ now: () => time.now }), maxAgeMs: 100_000 },
  )
  const running = await serveApp(app)
  const browser = running.newBrowser()
  await browser.post('/begin')
  const age = async () => JSON.parse((await browser.send('/session')).text).expiry.age
  time.now = 9_000
  await browser.send('/')
  expect(await age()).toBe(91)
  time.now = 11_000
  await browser.send('/')
  expect(await age()).toBe(100)
  await running.close()
})

test('the middleware runs behind a plain server of Node', async () => {
  const sessions = createSessionHandler({ store: createMemoryStore(), keys: [], cookie: { name: 'sid', secure: false } })
  const middleware = session(sessions)
  const server = createServer((request, response) => {
    middleware(request as never, response as never, () => {
      const { session: opened } = request as unknown as { session: Record<string, unknown> }
      opened.views = Number(opened.views ?? 0) + 1
      response.end(String(opened.views))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  expect([await response.text(), response.headers.get('Set-Cookie')]).toEqual(['1', expect.stringContaining('sid=')])
  await new Promise((resolve) => server.close(resolve))
})

test.each([
  [{ secret: 'x' }, 'secret'],
  [{ store: {} }, 'store'],
  [{ genid: () => '' }, 'genid'],
  [{ resave: true }, 'resave'],
  [{ saveUninitialized: true }, 'saveUninitialized'],
  [{ cookie: {} }, 'cookie'],
  [{ rolling: true }, 'rolling'],
  [{ unset: 'drop' }, 'unset'],
])('the option %o is refused with the reason', (options, name) => {
  const sessions = createSessionHandler({ store: createMemoryStore(), keys: [] })
  expect(() => session(sessions, options as object)).toThrow(
    expect.objectContaining({ code: 'config', message: expect.stringContaining(name) }),
  )
})

test('options of express-session that change nothing here are taken', () => {
  const sessions = createSessionHandler({ store: createMemoryStore(), keys: [] })
  expect(session(sessions, { resave: false, saveUninitialized: false, unset: 'destroy' })).toBeTypeOf('function')
})

test('what is no handler, and an exposed key that req.session has as a member, are refused', () => {
  expect(() => session(() => {})).toThrow(expect.objectContaining({ code: 'config' }))
  expect(() => session(createSessionHandler({ store: createMemoryStore(), keys: ['save'] }))).toThrow(/"save"/)
})

test('req.sessionStore and the flags of the cookie say why they are not there', async () => {
  const { app } = setUp({
    '/store': (request, response) => void response.json(Object.keys((request as unknown as { sessionStore: object }).sessionStore)),
    '/flag': (request, response) => {
      request.session.cookie.secure = true
      response.end()
    },
  })
  const running = await serveApp(app)
  for (const path of ['/store', '/flag']) {
    expect((await running.newBrowser().post(path)).text).toBe('{"name":"SessionUsageError"}')
  }
  await running.close()
})
