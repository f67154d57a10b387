// Runs express-session's own tests on sojourn/express. What does not apply is listed by name, with the reason, in not-applicable.ts.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { notApplicable } from './not-applicable.ts'
import { doors } from './stock.ts'

type Body = (this: object, done?: (error?: unknown) => void) => unknown

const code = readFileSync(new URL('./session.js', import.meta.url), 'utf8')
const load = createRequire(import.meta.url)
const utils = { exports: {} }
new Function('module', readFileSync(new URL('./utils.js', import.meta.url), 'utf8'))(utils)

/** The modules that the tests ask for by a path of their own repository. */
const own: Readonly<Record<string, unknown>> = {
  '../': doors,
  '../session/cookie': load('express-session/session/cookie'),
  './support/smart-store': doors.MemoryStore,
  './support/sync-store': doors.MemoryStore,
  './support/utils': utils.exports,
}

interface Context {
  readonly befores: Body[]
  readonly self: object
}

const seen = new Set<string>()
let path: readonly string[] = []
let context: Context = { befores: [], self: {} }

/** Runs a test in the way of mocha: with a callback if it takes one. */
function call(body: Body, context: object): Promise<void> {
  if (body.length === 0) return Promise.resolve(body.call(context)).then(() => {})
  return new Promise((resolve, reject) => {
    body.call(context, (error) => (error ? reject(error) : resolve()))
  })
}

const mocha = {
  describe: (title: string, body: () => void) => {
    const within = [...path, title]
    // vitest calls the body later than mocha does.
    describe(title, () => {
      path = within
      context = { befores: [], self: {} }
      body()
    })
  },
  it: (title: string, body: Body) => {
    const name = [...path.slice(1), title].join(' > ')
    seen.add(name)
    const { befores, self } = context
    test.skipIf(name in notApplicable)(title, async () => {
      for (const before of befores.splice(0)) await call(before, self)
      await call(body, self)
    })
  },
  before: (body: Body) => void context.befores.push(body),
}

new Function('require', 'describe', 'it', 'before', '__dirname', code)(
  (name: string) => own[name] ?? load(name),
  mocha.describe,
  mocha.it,
  mocha.before,
  '',
)

test('each name on the list of what does not apply is a test of express-session', () => {
  expect(Object.keys(notApplicable).filter((name) => !seen.has(name))).toEqual([])
})
