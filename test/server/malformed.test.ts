// Holds that malformed commits are refused and store nothing.
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { beforeEach, describe, expect, test } from 'vitest'
import { createVisitor, keys, type Visitor } from './visitor.ts'

let visitor: Visitor

beforeEach(async () => {
  visitor = createVisitor(createSessionHandler({ keys, store: createMemoryStore() }))
  await visitor.commit({ set: { kept: true } })
})

/** Sends a body and checks that it is refused as asked and that nothing was stored, not even that it was seen. */
async function expectRefused(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  status = 400,
  problem = 'bad-request',
): Promise<void> {
  const { version } = visitor.state
  const reply = await visitor.send(body, headers)
  expect([reply.status, reply.problem, reply.setCookie]).toEqual([status, problem, null])
  expect(reply.headers.get('Content-Type')).toBe('application/problem+json')
  expect((await visitor.read()).body).toMatchObject({ version, data: { kept: true }, last: 1 })
}

const head = (): string => `"lineage":${JSON.stringify(visitor.state.lineage)},"base":"${visitor.state.version}","after":1`
const setting = (json: string): string => `{${head()},"set":{"a":${json}}}`

describe('JSON', () => {
  test.each<[string, () => string]>([
    ['nothing', () => ''],
    ['not JSON', () => 'set=1'],
    ['a broken-off text', () => setting('1').slice(0, -1)],
    ['two texts', () => `${setting('1')}{}`],
    ['NaN', () => setting('NaN')],
    ['an overflow', () => setting('1e400')],
    ['a negative overflow deep inside', () => setting('[{"b":[-1E+999]}]')],
    ['an integer beyond 2^53 - 1', () => setting('9007199254740992')],
    ['a negative one', () => setting('-9007199254740993')],
    ['an integer of 5,000 digits', () => setting('9'.repeat(5_000))],
    ['duplicate members', () => `{${head()},"after":1}`],
    ['duplicate keys', () => `{${head()},"set":{"a":1,"a":2}}`],
    ['duplicate keys, one escaped', () => `{${head()},"set":{"a":1,"\\u0061":2}}`],
    ['duplicate keys inside a value', () => setting('[{"b":1,"c":{"b":1},"b":1}]')],
    ['a lone surrogate', () => setting('"\\ud800"')],
    ['a lone surrogate in a key', () => setting('{"\\udc00x":1}')],
    ['__proto__ as a session key', () => `{${head()},"set":{"__proto__":{"a":1}}}`],
    ['__proto__ inside a value', () => setting('{"__proto__":{"admin":true}}')],
    ['__proto__ escaped', () => setting('{"\\u005f_proto__":1}')],
    ['__proto__ as a member', () => `{${head()},"__proto__":{}}`],
    ['nesting of 65', () => setting('['.repeat(63) + ']'.repeat(63))],
    ['nesting of 100,000', () => setting('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('%s is refused', async (_, body) => expectRefused(body()))

  test.each([
    ['nesting of 64', `${'['.repeat(62)}${']'.repeat(62)}`],
    ['2^53 - 1', '9007199254740991'],
    ['a large float', '1.5e300'],
    ['what looks like keys inside a string', '"{\\"a\\":1,\\"a\\":2} 1e400 [[["'],
    ['the same key in two objects', '[{"b":1},{"b":1}]'],
    ['a pair of surrogates', '"\\ud83d\\ude00"'],
    ['constructor as a key', '{"constructor":1,"toString":2}'],
    ['the empty key', '{"":1}'],
  ])('%s is taken', async (_, json) => {
    const reply = await visitor.send(setting(json))
    expect(reply.status).toBe(200)
    expect(reply.body.data.a).toEqual(JSON.parse(json))
  })
})

describe('shape', () => {
  test.each<[string, object]>([
    ['no lineage', { lineage: undefined }],
    ['a lineage that is no text', { lineage: 5 }],
    ['an endless lineage', { lineage: 'x'.repeat(300) }],
    ['no base', { base: undefined }],
    ['a base that is no text', { base: 1 }],
    ['no after', { after: undefined }],
    ['a negative after', { after: -1 }],
    ['a fraction', { after: 0.5 }],
    ['an after that is not before the number', { after: 2 }],
    ['a misspelt member', { sett: { a: 1 } }],
    ['set as an array', { set: [1] }],
    ['set as null', { set: null }],
    ['delete as a text', { delete: 'kept' }],
    ['delete of a number', { delete: [1] }],
    ['delete of a key twice', { delete: ['kept', 'kept'] }],
    ['a key in set and delete', { set: { kept: 1 }, delete: ['kept'] }],
    ['expect as another text', { expect: 'version' }],
    ['expect with a number', { expect: { kept: 1 } }],
    ['clear as a number', { clear: 1 }],
    ['cycleKey as null', { cycleKey: null }],
    ['fresh for a lineage', { fresh: true }],
    ['an expiry of true', { expiry: true }],
    ['a negative expiry', { expiry: -1 }],
    ['an expiry with a fraction', { expiry: 1.5 }],
    ['an expiry of centuries', { expiry: 1e10 }],
    ['an expiry in words', { expiry: 'tomorrow' }],
    ['a date without a zone', { expiry: '2999-01-01T00:00:00' }],
    ['a date that is no day', { expiry: '2030-13-01T00:00:00Z' }],
    ['a date that is over', { expiry: '2001-01-01T00:00:00Z' }],
  ])('%s is refused', async (_, members) =>
    expectRefused(JSON.stringify({ lineage: visitor.state.lineage, base: visitor.state.version, after: 1, set: { a: 1 }, ...members })),
  )

  test.each(['null', '[]', '"text"', '1'])('%s instead of a commit is refused', async (body) => expectRefused(body))
})

describe('header fields', () => {
  test.each<[string, Record<string, string>]>([
    ['no Idempotency-Key', { 'Idempotency-Key': '' }],
    ['one without quotes', { 'Idempotency-Key': `${'c'.repeat(22)}/2` }],
    ['one with a short client id', { 'Idempotency-Key': '"abc/2"' }],
    ['one without a number', { 'Idempotency-Key': `"${'c'.repeat(22)}"` }],
    ['the number 0', { 'Idempotency-Key': `"${'c'.repeat(22)}/0"` }],
    ['a number too long', { 'Idempotency-Key': `"${'c'.repeat(22)}/${'9'.repeat(17)}"` }],
    ['a Session-Client of another form', { 'Session-Client': 'me' }],
  ])('%s is refused', async (_, headers) => expectRefused(setting('1'), headers))

  test('a read with a Session-Client of another form is refused', async () => {
    expect(await visitor.read({ 'Session-Client': 'a b' })).toMatchObject({ status: 400, problem: 'bad-request' })
  })

  test.each<[string, Record<string, string>]>([
    ['no type', { 'Content-Type': '' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['plain text, which needs no preflight', { 'Content-Type': 'text/plain' }],
    ['another encoding', { 'Content-Type': 'application/json; charset=latin1' }],
    ['a compressed body', { 'Content-Encoding': 'gzip' }],
    ['a body that is compressed twice', { 'Content-Encoding': 'identity, br' }],
    ['a coding without a name', { 'Content-Encoding': '' }],
  ])('%s is refused with 415, which names the type and the coding', async (_, headers) => {
    await expectRefused(setting('1'), headers, 415, 'unsupported-media-type')
    const reply = await visitor.send(setting('1'), headers)
    expect([reply.headers.get('Accept-Patch'), reply.headers.get('Accept-Encoding')]).toEqual(['application/json', 'identity'])
  })

  test.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])('%s is taken', async (type) => {
    expect((await visitor.send(setting('1'), { 'Content-Type': type })).status).toBe(200)
  })
})

describe('bytes', () => {
  test('a byte order mark does not matter', async () => {
    expect((await visitor.send(`\ufeff${setting('1')}`)).body.data.a).toBe(1)
  })

  test('what is not UTF-8 is refused', async () => {
    const bytes = new TextEncoder().encode(setting('"?"'))
    bytes[bytes.indexOf('?'.charCodeAt(0))] = 0xff
    await expectRefused(bytes)
  })
})
