// Holds that Passport and connect-flash run on sojourn/express as they run on express-session, response by response.
import flash from 'connect-flash'
import express, { type Express, type RequestHandler } from 'express'
import stockSession from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-local'
import { session } from 'sojourn/express'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { expect, test } from 'vitest'
import { type Browser, serveApp } from './browser.ts'

interface Bag {
  views?: number
  returnTo?: string
  messages?: unknown
}

function createApp(middleware: RequestHandler): Express {
  const auth = new passport.Passport()
  auth.use(new Strategy((name, password, done) => done(null, password === 'right' ? { name } : false, { message: 'Wrong password.' })))
  auth.serializeUser((user, done) => done(null, (user as { name: string }).name))
  auth.deserializeUser((name, done) => done(null, { name: String(name) }))

  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.use(middleware)
  app.use(flash())
  app.use(auth.session())
  const bagOf = (request: express.Request): Bag => request.session as unknown as Bag
  const logIn = (options: object): RequestHandler => auth.authenticate('local', { successRedirect: '/', failureRedirect: '/', ...options })
  app.get('/', (request, response) => {
    const { views, returnTo, messages } = bagOf(request)
    const user = (request.user as { name: string } | undefined)?.name ?? null
    const flashes = (request as unknown as { flash(): object }).flash()
    response.json({ user, views, returnTo, messages, flashes, isAuthenticated: request.isAuthenticated() })
  })
  app.post('/view', (request, response) => {
    const bag = bagOf(request)
    bag.views = (bag.views ?? 0) + 1
    bag.returnTo = '/cart'
    response.send(String(bag.views))
  })
  app.post('/log-in', logIn({ failureFlash: true }))
  app.post('/log-in-with-messages', logIn({ failureMessage: true }))
  app.post('/log-in-keeping', logIn({ keepSessionInfo: true }))
  app.post('/log-out', (request, response, next) => request.logOut((error) => (error ? next(error) : response.redirect('/'))))
  app.post('/log-out-keeping', (request, response, next) =>
    request.logOut({ keepSessionInfo: true }, (error) => (error ? next(error) : response.redirect('/'))),
  )
  app.post('/destroy', (request, response, next) => {
    request.session.destroy((error: unknown) => (error ? next(error) : response.send(String(request.session))))
  })
  app.use(((error, _request, response, _next) => response.status(500).send(String(error))) as express.ErrorRequestHandler)
  return app
}

/** What the visitor does: `POST /log-in` with a form, and after each step a look at the page. */
const steps: readonly (readonly [path: string, form?: Readonly<Record<string, string>>])[] = [
  ['/view'],
  ['/log-in', { username: 'ada', password: 'wrong' }],
  ['/log-in-with-messages', { username: 'ada', password: 'wrong' }],
  ['/view'],
  ['/log-in', { username: 'ada', password: 'right' }],
  ['/view'],
  ['/log-out'],
  ['/log-out'],
  ['/view'],
  ['/log-in-keeping', { username: 'bob', password: 'right' }],
  ['/log-in-keeping', { username: 'ada', password: 'right' }],
  ['/view'],
  ['/log-out-keeping'],
  ['/log-in', { username: 'ada', password: 'right' }],
  ['/destroy'],
  ['/log-in', { username: 'bob', password: 'right' }],
]

async function drive(middleware: RequestHandler): Promise<string[]> {
  const app = await serveApp(createApp(middleware))
  const browser = app.newBrowser()
  const lines: string[] = []
  const look = async (): Promise<void> => void lines.push(`  GET / ${(await browser.send('/')).text}`)
  await look()
  for (const [path, form] of steps) lines.push(await step(browser, path, form))
  const thief = app.newBrowser()
  thief.cookie = browser.cookie
  await browser.post('/log-out')
  lines.push(`a cookie of before the log-out: ${(await thief.send('/')).text}`)
  await app.close()
  return lines

  async function step(browser: Browser, path: string, form?: Readonly<Record<string, string>>): Promise<string> {
    const before = browser.cookie
    const { status, text, headers } = await browser.post(path, form)
    const key = browser.cookie === undefined || browser.cookie === before ? 'same key' : 'new key'
    const line = `POST ${path} ${status} ${headers.get('Location')} ${text} ${path === '/destroy' ? '' : key}`
    await look()
    return line
  }
}

test('Passport logs in and out, regenerates and flashes as on express-session, line by line', async () => {
  const stock = await drive(stockSession({ secret: 'test', resave: false, saveUninitialized: false }))
  const sessions = createSessionHandler({ store: createMemoryStore(), keys: ['views'], cookie: { name: 'sid', secure: false } })
  const ours = await drive(session(sessions))
  expect(ours).toEqual(stock)
  expect(stock).toContainEqual(expect.stringContaining('"user":"ada","views":1'))
})

test('the visitor that Passport logged in is the identity of the handler', async () => {
  const sessions = createSessionHandler({
    store: createMemoryStore(),
    keys: ['views'],
    cookie: { name: 'sid', secure: false },
    identity: ({ passport }) => (passport as { user?: string } | undefined)?.user ?? null,
  })
  const app = await serveApp(createApp(session(sessions)))
  const browser = app.newBrowser()
  await browser.post('/log-in', { username: 'ada', password: 'right' })
  const read = await sessions(new Request('https://shop.test/session', { headers: { Cookie: browser.cookie as string } }))
  const state = (await read.json()) as { identity: unknown; data: unknown }
  // Passport's own key is private.
  expect([state.identity, state.data]).toEqual(['ada', {}])
  await app.close()
})
