// What an anonymous request costs grows with its length and no faster. Each hostile shape is sent at one size and at twice
// that; what is compared is how often V8 ran each block of the server's code, so that no clock decides.
import { globSync, readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { parseSync, Visitor } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/doors.ts'
import { readForwarded } from '../../src/server/forwarded.ts'
import { readTarget } from '../../src/server/node-request.ts'

const inspector = new Session()
beforeAll(async () => {
  inspector.connect()
  await inspector.post('Profiler.enable')
  await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
})
afterAll(() => inspector.disconnect())

const own = /\/src\/(server|protocol)\/|\/node_modules\/cookie\//

/** How often the blocks of the server's code run in a call, all together. What was counted before is not counted again. */
async function countWork(run: () => unknown, files = own): Promise<number> {
  await inspector.post('Profiler.takePreciseCoverage')
  await run()
  const { result } = await inspector.post('Profiler.takePreciseCoverage')
  const counted = result.filter(({ url }) => files.test(url))
  return counted.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges)).reduce((sum, { count }) => sum + count, 0)
}

const handler = createSessionHandler({
  store: createMemoryStore(),
  keys: ['a'],
  cookie: { name: 'sid', secure: false },
  maxSessionBytes: 2 ** 20,
})

function send(headers: Record<string, string>, body?: string): Promise<Response> {
  const fields = {
    'Sec-Fetch-Site': 'same-origin',
    'Content-Type': 'application/json',
    'Idempotency-Key': `"${'c'.repeat(22)}/1"`,
    ...headers,
  }
  return handler(new Request('https://shop.test/session', { headers: fields, ...(body !== undefined && { method: 'PATCH', body }) }))
}

const commit = (a: string): string => `{"lineage":null,"base":"v0","after":0,"set":{"a":${a}}}`
const list = (n: number, toItem: (index: number) => string): string => Array.from({ length: n }, (_, index) => toItem(index)).join()

/** Bodies of about n characters. */
const bodies: [string, (n: number) => string][] = [
  ['escaped quotes', (n) => commit(`"${'\\"'.repeat(n)}"`)],
  ['backslashes', (n) => commit(`"${'\\\\'.repeat(n)}"`)],
  ['a string that never ends', (n) => `"${'\\"'.repeat(n)}`],
  ['escaped characters', (n) => commit(`"${'\\u0041'.repeat(n)}"`)],
  ['a surrogate at the end', (n) => commit(`"${'a'.repeat(n)}\\ud800"`)],
  ['white space', (n) => commit(' '.repeat(n) + 1)],
  ['white space after each key', (n) => commit(`{${list(n, (index) => `"k${index}"   :1`)}}`)],
  ['white space after a string that is no key', (n) => commit(`[${list(n, () => '"a"    ')}]`)],
  ['digits', (n) => commit(`1.${'1'.repeat(n)}`)],
  ['an exponent', (n) => commit(`1e${'0'.repeat(n)}1`)],
  ['numbers', (n) => commit(`[${list(n, () => '1')}]`)],
  ['keys of an object', (n) => commit(`{${list(n, (index) => `"k${index}":1`)}}`)],
  ['objects', (n) => commit(`[${list(n, () => '{"k":1}')}]`)],
  ['brackets', (n) => commit('['.repeat(n) + ']'.repeat(n))],
  ['the same key again and again', (n) => commit(`{${list(n, () => '"k":1')}}`)],
  ['keys of the commit', (n) => `{"lineage":null,"base":"v0","after":0,"set":{${list(n, (index) => `"k${index}":1`)}}}`],
  ['keys to delete', (n) => `{"lineage":null,"base":"v0","after":0,"delete":[${list(n, (index) => `"k${index}"`)}]}`],
  ['one key to delete again and again', (n) => `{"lineage":null,"base":"v0","after":0,"delete":[${list(n, () => '"k"')}]}`],
  ['expectations', (n) => `{"lineage":null,"base":"v0","after":0,"expect":{${list(n, (index) => `"k${index}":null`)}}}`],
  ['unknown members', (n) => `{${list(n, (index) => `"m${index}":1`)}}`],
  ['a long date', (n) => `{"lineage":null,"base":"v0","after":0,"expiry":"${'2'.repeat(n)}"}`],
]

/** Header fields of about n characters. */
const fields: [string, string, (n: number) => string][] = [
  ['pairs of cookies', 'Cookie', (n) => 'a=b; '.repeat(n)],
  ['cookies of the name', 'Cookie', (n) => 'sid=b; '.repeat(n)],
  ['semicolons', 'Cookie', (n) => ';'.repeat(n)],
  ['a cookie of spaces', 'Cookie', (n) => `a=${' '.repeat(n)}b`],
  ['percent signs', 'Cookie', (n) => `sid=${'%41'.repeat(n)}`],
  ['entity tags', 'If-None-Match', (n) => '"x",'.repeat(n)],
  ['weak tags', 'If-None-Match', (n) => 'W/'.repeat(n)],
  ['preferences', 'Prefer', (n) => 'return=, '.repeat(n)],
  ['parameters', 'Content-Type', (n) => `application/json${'; a'.repeat(n)}`],
  ['a client', 'Idempotency-Key', (n) => `"${'a'.repeat(n)}/1"`],
  ['slashes', 'Idempotency-Key', (n) => `"${'/1'.repeat(n)}"`],
  ['an echo', 'Session-Request', (n) => `${'a'.repeat(n)} `.repeat(2)],
  ['an origin', 'Origin', (n) => `https://${'a'.repeat(n)}`],
]

const forwarded: [string, (n: number) => string][] = [
  ['commas', (n) => ','.repeat(n)],
  ['a quote that never ends', (n) => `for="${'\\"'.repeat(n)}`],
  ['semicolons', (n) => 'a=b;'.repeat(n)],
  ['addresses', (n) => '1.2.3.4, '.repeat(n)],
  ['an address of dots', (n) => `1${'.'.repeat(n)}`],
]

const n = 4_000
/** A little more than twice, since the later names in a list are longer. What takes quadratic time comes near four. */
const limit = 2.25

async function expectLinear(run: (size: number) => unknown): Promise<void> {
  // Once before, so that what is compiled or loaded at first does not count.
  await run(n)
  const once = await countWork(() => run(n))
  const twice = await countWork(() => run(2 * n))
  expect(once).toBeGreaterThan(0)
  expect(twice / once).toBeLessThan(limit)
}

describe('twice the length is at most twice the work', () => {
  test.each(bodies)('of a body: %s', (_, toBody) => expectLinear((size) => send({}, toBody(size))))
  test.each(fields)('of a field: %s', (_, name, toValue) => expectLinear((size) => send({ [name]: toValue(size) }, commit('1'))))
  test.each(forwarded)('of what a proxy says: %s', (_, toValue) =>
    expectLinear((size) => readForwarded((name) => (name === 'forwarded' || name === 'x-forwarded-for' ? toValue(size) : undefined), 1)),
  )
  test.each(['http://a', 'http://', '/', '*', '//', 'a'])('of a target that begins with %s', (start) =>
    expectLinear((size) =>
      readTarget({ url: `${start}${'a'.repeat(size)}#`, method: 'GET', socket: {} } as never, new Map(), { proxies: 0 }),
    ),
  )
  test.each(['a', '[', '.', ':', 'a:', '%'])('of a host of %s', (char) =>
    expectLinear((size) =>
      readTarget({ url: '/', method: 'GET', socket: {} } as never, new Map([['host', char.repeat(size)]]), { proxies: 0 }),
    ),
  )
})

test('the count sees quadratic work', async () => {
  const pairs = (size: number): number => {
    let count = 0
    for (let a = 0; a < size; a += 1) for (let b = 0; b < a; b += 1) count += 1
    return count
  }
  const here = /\/linear\.test\.ts/
  pairs(100)
  expect((await countWork(() => pairs(400), here)) / (await countWork(() => pairs(200), here))).toBeGreaterThan(3)
})

describe('regular expressions', () => {
  /** Why one may take more than linear time on some text; undefined if it cannot, as far as this looks. */
  function faultOf(source: string): string | undefined {
    const plain = source.replaceAll(/\[(?:\\.|[^\]])*\]/g, 'C')
    if (!/[^\\][*+]|\{\d+,\}/.test(plain)) return undefined
    if (!plain.startsWith('^')) return 'it repeats without a limit and begins anywhere'
    if (/[*+][)]+[*+{]/.test(plain)) return 'it repeats a repetition'
    if (/[*+]\)*(?:\((?:\?:)?)*(?:\\?.)[*+]/.test(plain)) return 'two repetitions stand side by side'
    return undefined
  }

  test.each<[string, boolean]>([
    ['^[a-z]+$', true],
    ['[\\w-]+$', false],
    ['[\\w-]{1,100}$', true],
    ['^https?:\\/\\/([^/?#]*)([^#]*)$', false],
    ['^(a+)+$', false],
    ['^([\\d.]+):\\d+$', true],
    ['\\.', true],
  ])('%s is taken: %s', (source, isFine) => expect(faultOf(source) === undefined).toBe(isFine))

  test('of server and protocol take linear time', () => {
    const files = globSync(['src/{server,protocol}/**/*.ts'], { cwd: root })
    const faults: string[] = []
    let seen = 0
    for (const file of files) {
      const { program } = parseSync(file, readFileSync(join(root, file), 'utf8'))
      new Visitor({
        Literal: (node) => {
          if (!('regex' in node)) return
          seen += 1
          const fault = faultOf(node.regex.pattern)
          if (fault !== undefined) faults.push(`${file}: /${node.regex.pattern}/: ${fault}`)
        },
      }).visit(program)
    }
    expect(faults).toEqual([])
    expect(seen).toBeGreaterThan(10)
  })
})
