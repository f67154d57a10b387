// Holds that concurrent requests of one visitor lose nothing on sojourn/express, next to what express-session keeps of the same requests.
import express, { type Express, type RequestHandler } from 'express'
import stockSession from 'express-session'
import { session } from 'sojourn/express'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { expect, test } from 'vitest'
import { type Browser, serveApp } from './browser.ts'

type Bag = Record<string, unknown> & { list?: (number | { id: number; seen?: boolean })[] }

/** Each request waits until all of them have read their session, as slow handlers do. */
function createApp(middleware: RequestHandler, concurrent: number): Express {
  let waiting: (() => void)[] = []
  const everybody = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve)
      if (waiting.length < concurrent) return
      for (const go of waiting) go()
      waiting = []
    })
  const app = express()
  app.use(middleware)
  const bagOf = (request: express.Request): Bag => request.session as unknown as Bag
  app.get('/', (request, response) => void response.json(bagOf(request)))
  app.post('/begin', (request, response) => {
    bagOf(request).list = [{ id: -1 }, { id: -2 }]
    response.end()
  })
  app.post('/key/:n', async (request, response) => {
    await everybody()
    bagOf(request)[`key${request.params.n}`] = Number(request.params.n)
    response.end()
  })
  app.post('/push/:n', async (request, response) => {
    await everybody()
    bagOf(request).list?.push({ id: Number(request.params.n) })
    response.end()
  })
  app.post('/edit/:n', async (request, response) => {
    await everybody()
    const item = bagOf(request).list?.find((each) => typeof each === 'object' && each.id === -Number(request.params.n))
    if (typeof item === 'object') item.seen = true
    response.end()
  })
  app.post('/count/:n', async (request, response) => {
    await everybody()
    await request.session.update('count' as never, ((count = 0) => count + 1) as never)
    response.end()
  })
  return app
}

const ours = (): RequestHandler =>
  session(createSessionHandler({ store: createMemoryStore(), keys: ['list'], cookie: { name: 'sid', secure: false } }))
const stock = (): RequestHandler => stockSession({ secret: 'test', resave: false, saveUninitialized: false })

async function run(middleware: RequestHandler, concurrent: number, work: (browser: Browser, n: number) => Promise<unknown>): Promise<Bag> {
  const app = await serveApp(createApp(middleware, concurrent))
  const browser = app.newBrowser()
  await browser.post('/begin')
  await Promise.all(Array.from({ length: concurrent }, (_, n) => work(browser, n + 1)))
  const { text } = await browser.send('/')
  await app.close()
  return JSON.parse(text) as Bag
}

const keysOf = (bag: Bag): number => Object.keys(bag).filter((key) => key.startsWith('key')).length

test('a hundred requests at once that set a key each keep a hundred keys; express-session keeps one', async () => {
  const post = (browser: Browser, n: number): Promise<unknown> => browser.post(`/key/${n}`)
  expect(keysOf(await run(ours(), 100, post))).toBe(100)
  expect(keysOf(await run(stock(), 100, post))).toBe(1)
})

test('a hundred requests at once that push onto one list keep all items; express-session keeps one', async () => {
  const post = (browser: Browser, n: number): Promise<unknown> => browser.post(`/push/${n}`)
  expect((await run(ours(), 100, post)).list).toHaveLength(102)
  expect((await run(stock(), 100, post)).list).toHaveLength(3)
})

test('requests at once that edit two items of one list in place keep both edits', async () => {
  const { list } = await run(ours(), 2, (browser, n) => browser.post(`/edit/${n}`))
  expect(list).toEqual([
    { id: -1, seen: true },
    { id: -2, seen: true },
  ])
})

test('req.session.update counts each of a hundred requests at once', async () => {
  expect((await run(ours(), 100, (browser, n) => browser.post(`/count/${n}`))).count).toBe(100)
})
