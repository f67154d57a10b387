import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

async function withServer<T>(options: TestServerOptions, use: (server: TestServer) => Promise<T>): Promise<T> {
  const server = await startServer(options)
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

let good: TestServer
beforeAll(async () => {
  good = await startServer()
})
afterAll(() => good.close())

describe('sojourn conformance', () => {
  test('says of each check what came of it, and ends with 0 where every MUST holds', async () => {
    const { code, output } = await run(
      'conformance',
      good.url,
      '--only',
      'read-creates-nothing',
      '--only',
      'flushed',
      '--only',
      'head-is-get',
    )
    expect(code).toBe(0)
    expect(output).toBe(`Session over HTTP: ${good.url}

ok       MUST   read-creates-nothing
ok       SHOULD head-is-get
not run  MUST   flushed-session-is-gone  needs the control URL: flush

MUST   1 hold, 0 failed, 1 not run, 0 excused
SHOULD 1 hold, 0 failed, 0 not run, 0 excused
`)
  })

  test('runs what needs the control URL where there is one', async () => {
    const { code, output } = await run('conformance', good.url, '--control', good.control, '--only', 'flushed')
    expect([code, output]).toEqual([0, expect.stringContaining('ok       MUST   flushed-session-is-gone\n')])
  })

  test('gives the reason and the sentence of what fails, and ends with 1', () =>
    withServer({ wrap: fields({}, { 'Cache-Control': null }) }, async ({ url }) => {
      const { code, output } = await run('conformance', url, '--only', 'no-answer')
      expect(code).toBe(1)
      expect(output).toContain(`FAILED   MUST   no-answer-is-kept
         PATCH {"lineage":`)
      expect(output).toContain('was answered 200 with Cache-Control: ""\n         The protocol: Every response MUST have')
    }))

  test('ends with 0 where only a SHOULD fails', () =>
    withServer({ cookie: { name: 'sid' } }, async ({ url }) => {
      const { code, output } = await run('conformance', url, '--only', 'cookie-has-its-flags')
      expect([code, output]).toEqual([0, expect.stringContaining('FAILED   SHOULD cookie-has-its-flags')])
    }))

  test('prints the same as JSON', async () => {
    const { code, output } = await run('conformance', good.url, '--json', '--only', 'read-creates', '--only', 'flushed')
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
      const { output } = await run('conformance', url, '--json', '--only', 'eight-writers', '--only', 'read-writes')
      const { outcomes } = JSON.parse(output) as { outcomes: { outcome: string }[] }
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['held', 'excused', 'excused'])
    }))

  test('takes a server for one without an event where the control URL says so', () =>
    withServer({ wrapControl: () => async () => new Response(null, { status: 501 }) }, async ({ url, control }) => {
      const { code, output } = await run('conformance', url, '--control', control, '--only', 'flushed')
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
        expect(await run('conformance', url, ...named)).toMatchObject({ code: 0 })
        expect(await run('conformance', url, '--only', 'first-commit')).toMatchObject({ code: 1 })
      },
    ))

  test('lists the names of the checks', async () => {
    const { code, output } = await run('--list')
    expect([code, output.split('\n')[0]]).toEqual([0, 'MUST   read-creates-nothing'])
  })

  test('helps', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, output: expect.stringContaining('Usage: sojourn conformance <url>') })
  })

  test.each<[string, readonly string[], string]>([
    ['no command', [], 'Usage:'],
    ['another command', ['conform', 'http://127.0.0.1/'], 'Usage:'],
    ['no URL', ['conformance'], 'Usage:'],
    ['what is no URL', ['conformance', 'session'], 'session is no URL of HTTP.'],
    ['a control URL that is none', ['conformance', 'http://127.0.0.1:9/', '--control', 'x'], 'x is no URL of HTTP.'],
    ['nobody who answers', ['conformance', 'http://127.0.0.1:9/'], 'http://127.0.0.1:9/ does not answer: '],
    ['an unknown option', ['conformance', 'http://127.0.0.1/', '--fast'], "Unknown option '--fast'"],
    ['an unknown check', ['conformance', 'http://127.0.0.1/', '--only', 'unheard-of'], 'No check is named unheard-of.'],
    ['a time that is none', ['conformance', 'http://127.0.0.1/', '--timeout', 'soon'], '--timeout wants seconds above 0.'],
  ])('ends with 2 for %s', async (_, args, reason) => {
    const { code, output, errors } = await run(...args)
    expect([code, output, errors]).toEqual([2, '', expect.stringContaining(reason)])
  })
})
