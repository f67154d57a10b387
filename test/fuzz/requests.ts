// Draws requests that nearly are of the protocol: most parts right, some hostile, names of live sessions among them.
import type { Draw } from './random.ts'

/** A session that an earlier request created, or what a client knows of one. */
export interface Known {
  readonly cookie: string
  readonly lineage: string
  readonly version: string
  readonly client: string
  n: number
}

/** A request, before it is one of the Fetch standard or of the wire. */
export interface Drawn {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export const host = 'shop.test'
export const listed = 'https://app.test'

const hostileTexts = [
  '',
  'a',
  '_secret',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  '€',
  '😀',
  '\\',
  '"',
  '</script>',
  '-1',
  '1e400',
  'null',
  ' ',
  '\t',
  'a'.repeat(300),
  '%',
  '%00',
  '../..',
  "' or 1=1",
  '\u2028',
  'undefined',
  'NaN',
  'v0',
  'v0-unknown',
  'v999-x',
]
const hostileJson = [
  '1e400',
  '-1e400',
  '9007199254740993',
  '1.',
  '01',
  '"\\ud800"',
  '{"__proto__":1}',
  '{"a":1,"a":2}',
  '[',
  '{',
  '""',
  'nul',
  'undefined',
  '[1,]',
  "{'a':1}",
  '"\u0000"',
  `${'['.repeat(70)}${']'.repeat(70)}`,
  '"a',
  '1e5',
  '-0',
  '{"constructor":{"prototype":{"x":1}}}',
  'true',
  'null',
]
const keys = ['theme', 'cart', 'draft', 'plan', 'hidden', '_secret', '', '__proto__', 'a.b', 'é', 'x'.repeat(300), 'constructor']
const methods = ['GET', 'GET', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PROPFIND']

/** Draws a JSON text, well-formed nine times of ten. */
export function drawJson(draw: Draw, depth = 0): string {
  if (draw.chance(0.08)) return draw.pick(hostileJson)
  switch (draw.below(depth > 3 ? 4 : 6)) {
    case 0:
      return String(draw.below(1_000) - 500)
    case 1:
      return JSON.stringify(draw.pick(hostileTexts))
    case 2:
      return draw.pick(['true', 'false', 'null'])
    case 3:
      return JSON.stringify('x'.repeat(draw.below(draw.chance(0.02) ? 5_000 : 30)))
    case 4:
      return `[${Array.from({ length: draw.below(4) }, () => drawJson(draw, depth + 1)).join()}]`
    default:
      return `{${Array.from({ length: draw.below(4) }, () => `${JSON.stringify(draw.pick(keys))}:${drawJson(draw, depth + 1)}`).join()}}`
  }
}

function drawMember(draw: Draw, name: string, known: Known | undefined): string {
  if (draw.chance(0.06)) return drawJson(draw)
  const someKeys = (): string[] => [
    ...new Set(Array.from({ length: draw.below(3) + 1 }, () => draw.pick(draw.chance(0.85) ? keys.slice(0, 3) : keys))),
  ]
  switch (name) {
    case 'lineage':
      return JSON.stringify(draw.chance(0.9) ? (known?.lineage ?? null) : draw.pick([null, ...hostileTexts]))
    case 'base':
      return JSON.stringify(draw.chance(0.9) ? (known?.version ?? 'v0') : draw.pick(hostileTexts))
    case 'after':
      return String(draw.chance(0.9) ? (known?.n ?? 0) : draw.pick([-1, 0, 1, 7, 1e15, 2 ** 53, 1.5]))
    case 'set':
      return `{${someKeys()
        .map((key) => `${JSON.stringify(key)}:${drawJson(draw)}`)
        .join()}}`
    case 'delete':
      return JSON.stringify(someKeys())
    case 'expect':
      return draw.chance(0.2)
        ? '"base"'
        : `{${someKeys()
            .map((key) => `${JSON.stringify(key)}:${draw.pick(['null', '"x"', '1', '"\'dark\'"'])}`)
            .join()}}`
    case 'expiry':
      return draw.pick(['0', '60', 'null', '-1', '1e9', '315360001', '"2030-01-01T00:00:00Z"', '"1970-01-01T00:00:00Z"', '"soon"', '1.5'])
    default:
      return draw.pick(['true', 'true', 'false', '1', 'null', '"yes"'])
  }
}

/** Draws the body of a commit. */
export function drawCommit(draw: Draw, known: Known | undefined): string {
  if (draw.chance(0.03)) return drawJson(draw)
  const optional = ['delete', 'expect', 'clear', 'expiry', 'cycleKey', 'fresh', 'sett'].filter(() => draw.chance(0.12))
  const names = ['lineage', 'base', 'after', ...(draw.chance(0.8) ? ['set'] : []), ...optional].filter(() => draw.chance(0.99))
  const text = `{${names.map((name) => `"${name}":${drawMember(draw, name, known)}`).join()}}`
  if (!draw.chance(0.04)) return text
  const at = draw.below(text.length)
  return text.slice(0, at) + draw.pick(['', '"', '}', '\u0000', '\\', '\ufeff', ',']) + text.slice(at + draw.below(3))
}

/** Draws a request. */
export function drawRequest(draw: Draw, sessions: readonly Known[]): Drawn {
  const known = sessions.length > 0 && draw.chance(0.8) ? draw.pick(sessions) : undefined
  const method = draw.pick(methods)
  const headers: Record<string, string> = {}
  const put = (name: string, probability: number, usual: string, odd: readonly string[]): void => {
    if (draw.chance(probability)) headers[name] = draw.chance(0.92) ? usual : draw.pick(odd)
  }
  const ascii = hostileTexts.filter((text) => /^[\x20-\x7e]*$/.test(text))
  const client = known?.client ?? `client-${String(draw.below(1e9)).padStart(20, '0')}`
  put('Origin', 0.9, `https://${host}`, [listed, 'null', 'https://evil.test', '', `http://${host}`, ...ascii])
  put('Sec-Fetch-Site', 0.5, 'same-origin', ['same-site', 'cross-site', 'none', '', 'SAME-ORIGIN'])
  put('Cookie', known ? 0.97 : 0.15, known?.cookie ?? `sid=${'k'.repeat(43)}`, [
    'sid=',
    'sid',
    ';;',
    `sid=${'%41'.repeat(20)}`,
    'a=b; sid=x; sid=y',
    ...ascii,
  ])
  put('Content-Type', 0.97, 'application/json', [
    'text/plain',
    'application/json; charset=utf-16',
    'application/json;charset="utf-8"',
    ';',
    ...ascii,
  ])
  put('Idempotency-Key', 0.97, `"${client}/${(known?.n ?? 0) + 1}"`, [
    `"${client}/0"`,
    client,
    '"/1"',
    `"${client}/${'9'.repeat(20)}"`,
    ...ascii,
  ])
  put('Session-Client', 0.5, client, ['me', ...ascii])
  put('Session-Lineage', 0.5, known?.lineage ?? 'none', ascii)
  put('Session-Request', 0.7, String(draw.below(1e9)), ascii)
  put('If-None-Match', 0.2, `"${known?.version ?? 'v0'}"`, ['*', 'W/"v0"', ',,,', ...ascii])
  put('Prefer', 0.5, 'return=minimal', ['return', 'return="minimal', ...ascii])
  put('Content-Encoding', 0.03, 'identity', ['gzip', 'br'])
  put('Access-Control-Request-Headers', 0.05, 'content-type', ascii)
  const body = method === 'PATCH' || draw.chance(0.05) ? drawCommit(draw, known) : undefined
  return { method, path: draw.pick(['/session', '/session', '/', '/session?fresh=1', '//evil.test/session', '/%00']), headers, body }
}
