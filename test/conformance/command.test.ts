// Holds what `sojourn conformance` prints and which exit code it ends with.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { runCommand } from '../../src/conformance/command.ts'
import { fields, states } from './faults/plant.ts'
import { startServer, type TestServer, type TestServerOptions } from './server.ts'

/** Runs the command as a shell would, and gives what it wrote. */
async function run(...args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  let [output, errors] = ['', '']
  const code = await runCommand(args, {
    write: (text) => {
      output += text
    },
    writeError: (text) => {
      errors += text
    },
  })
  return { code, output, errors }
}

/** A port that nothing listens at. */
const dead = 'http://127.0.0.1:9/'

async function withServer<T>(options: TestServerOptions, use: (server: TestServer) => Promise<T>): Promise<T> {
  const server = await startServer(options)
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

/** Checks a server that exposes these keys. */
const check = (url: string, ...args: readonly string[]): ReturnType<typeof run> =>
  run('conformance', url, '--keys', 'theme,cart,note', ...args)

let good: TestServer
beforeAll(async () => {
  good = await startServer()
})
afterAll(() => good.close())

describe('sojourn conformance', () => {
  test('says of each check what came of it, and ends with 0 where every MUST holds', async () => {
    const { code, output } = await check(good.url, '--only', 'read-creates-nothing', '--only', 'flushed', '--only', 'head-is-get')
    expect(code).toBe(0)
    expect(output).toBe(`Session over HTTP: ${good.url}

ok       MUST   read-creates-nothing
ok       SHOULD head-is-get
not run  MUST   flushed-session-is-gone  needs the control URL: flush

MUST   1 hold, 0 failed, 1 not run, 0 excused
SHOULD 1 hold, 0 failed, 0 not run, 0 excused
`)
  })

  test('runs what needs the control URL if there is one', async () => {
    const { code, output } = await check(good.url, '--control', good.control, '--only', 'flushed')
    expect([code, output]).toEqual([0, expect.stringContaining('ok       MUST   flushed-session-is-gone\n')])
  })

  test('gives the reason and the sentence of what fails, and ends with 1', () =>
    withServer({ wrap: fields({}, { 'Cache-Control': null }) }, async ({ url }) => {
      const { code, output } = await check(url, '--only', 'no-answer')
      expect(code).toBe(1)
      expect(output).toContain(`FAILED   MUST   no-answer-is-kept
         PATCH {"lineage":`)
      expect(output).toContain('was answered 200 with Cache-Control: ""\n         The protocol: Every response MUST have')
    }))

  test('ends with 0 where only a SHOULD fails', () =>
    withServer({ cookie: { name: 'sid' } }, async ({ url }) => {
      const { code, output } = await check(url, '--only', 'cookie-has-its-flags')
      expect([code, output]).toEqual([0, expect.stringContaining('FAILED   SHOULD cookie-has-its-flags')])
    }))

  test('prints the same as JSON', async () => {
    const { code, output } = await check(good.url, '--json', '--only', 'read-creates', '--only', 'flushed')
    expect(code).toBe(0)
    expect(JSON.parse(output)).toEqual({
      url: good.url,
      conforms: true,
      outcomes: [
        { name: 'read-creates-nothing', level: 'MUST', sentence: expect.any(String), outcome: 'held' },
        { name: 'flushed-session-is-gone', level: 'MUST', sentence: expect.any(String), outcome: 'not-run', reason: expect.any(String) },
      ],
    })
  })

  test('excuses a server that says it cannot compare and set, from what is listed and nothing else', () =>
    withServer({ wrap: states({}, (state) => ({ ...state, atomic: false })) }, async ({ url }) => {
      const { output } = await check(url, '--json', '--only', 'writers-', '--only', 'read-writes')
      const { outcomes } = JSON.parse(output) as { outcomes: { outcome: string }[] }
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['held', 'excused', 'excused'])
    }))

  test('takes a server for one without an event where the control URL says so', () =>
    withServer({ wrapControl: () => async () => new Response(null, { status: 501 }) }, async ({ url, control }) => {
      const { code, output } = await check(url, '--control', control, '--only', 'flushed')
      expect([code, output]).toEqual([
        0,
        expect.stringContaining('not run  MUST   flushed-session-is-gone  the control URL has no event "flush"'),
      ])
    }))

  test('takes a token from the cookie and sends it in the header that were named', () =>
    withServer(
      { csrf: () => undefined, wrap: fields({ method: 'GET' }, { 'Set-Cookie': 'xsrf=a-token-as-the-forms-of-an-app-have-it' }) },
      async ({ url }) => {
        const named = ['--csrf-cookie', 'xsrf', '--csrf-header', 'X-CSRFToken', '--only', 'first-commit']
        expect(await check(url, ...named)).toMatchObject({ code: 0 })
        expect(await check(url, '--only', 'first-commit')).toMatchObject({ code: 1 })
      },
    ))

  test('lists the names of the checks', async () => {
    const { code, output } = await run('--list')
    expect([code, output.split('\n')[0]]).toEqual([0, 'MUST   read-creates-nothing'])
  })

  test('runs what the keys are enough for, and says which are missing', async () => {
    const { code, output } = await run(
      'conformance',
      good.url,
      '--keys',
      'theme,cart',
      '--only',
      'different-keys',
      '--only',
      'read-only-key-is-r',
    )
    expect(code).toBe(0)
    expect(output).toContain('not run  MUST   read-only-key-is-refused       no read-only key is named\n')
    expect(output).toContain('not run  MUST   different-keys-never-conflict  needs 3 keys: 2 are named\n')
  })

  test('writes the values that it is given, from the command line or from a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sojourn-values-')), 'values.json')
    writeFileSync(file, '{ "theme": ["light", "dark"] }')
    const schema = z.object({ theme: z.enum(['light', 'dark']), plan: z.optional(z.string()) })
    await withServer({ exposure: { schema, readOnly: ['plan'] } }, async ({ url }) => {
      const named = ['conformance', url, '--keys', 'theme', '--read-only', 'plan', '--only', 'read-only', '--only', 'repetition-undoes']
      for (const values of ['{"theme":["light","dark"]}', file]) {
        expect(await run(...named, '--values', values)).toMatchObject({
          code: 0,
          output: expect.stringContaining('ok       MUST   read-only'),
        })
      }
      const { code, output } = await run(...named)
      expect([code, output]).toEqual([1, expect.stringContaining('was answered 422 refused instead of 200')])
    })
  })

  test('helps', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, output: expect.stringContaining('Usage: sojourn conformance <url>') })
  })

  test.each<[string, readonly string[], string]>([
    ['no command', [], 'Usage:'],
    ['another command', ['conform', 'http://127.0.0.1/'], 'Usage:'],
    ['no URL', ['conformance'], 'Usage:'],
    ['no keys', ['conformance', dead], 'keys names no key. Name some keys that clients of the server may write'],
    ['a list without a key', ['conformance', dead, '--keys', ' , '], 'keys names no key.'],
    ['a key twice', ['conformance', dead, '--keys', 'a,b', '--keys', 'a'], 'the key "a" cannot be used: it is named twice.'],
    ['a key to write that is read-only', ['conformance', dead, '--keys', 'a', '--read-only', 'a'], 'it is named twice.'],
    ['a key of the server', ['conformance', dead, '--keys', '_identity'], 'the key "_identity" cannot be used: names that begin with _'],
    ['values that are not JSON', ['conformance', dead, '--keys', 'a', '--values', 'a=1'], '--values wants a JSON object, or the path'],
    [
      'values of another key',
      ['conformance', dead, '--keys', 'a', '--values', '{"b":[1,2]}'],
      'values has "b", which is in neither keys nor',
    ],
    ['too few values', ['conformance', dead, '--keys', 'a', '--values', '{"a":[1]}'], 'at least two different values for "a"'],
    ['the same value twice', ['conformance', dead, '--keys', 'a', '--values', '{"a":[[1],[1]]}'], 'at least two different values for "a"'],
    ['something else than a URL', ['conformance', 'session', '--keys', 'a'], 'session is no URL of HTTP.'],
    ['a control URL that is not one', ['conformance', dead, '--keys', 'a', '--control', 'x'], 'x is no URL of HTTP.'],
    ['a server that does not respond', ['conformance', dead, '--keys', 'a'], `${dead} does not answer: `],
    ['an unknown option', ['conformance', dead, '--fast'], "Unknown option '--fast'"],
    ['an unknown check', ['conformance', dead, '--only', 'unheard-of'], 'No check is named unheard-of.'],
    ['a time that is not a number', ['conformance', dead, '--keys', 'a', '--timeout', 'soon'], '--timeout wants seconds above 0.'],
  ])('ends with 2 for %s', async (_, args, reason) => {
    const { code, output, errors } = await run(...args)
    expect([code, output, errors]).toEqual([2, '', expect.stringContaining(reason)])
  })
})
