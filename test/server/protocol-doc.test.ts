// Holds that docs/protocol.md lists every problem with its status.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { ProblemName } from '../../src/protocol/problem.ts'
import { toProblem } from '../../src/server/problems.ts'

const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
const table = text.slice(text.indexOf('\n## Problems\n'))
const rows = [...table.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(
  ([, name, status]) => [name as ProblemName, Number(status)] as const,
)

/** Complete by its type: a problem that is added to the protocol has to be added here, and so to the page. */
const names: Readonly<Record<ProblemName, true>> = {
  'bad-request': true,
  unauthenticated: true,
  csrf: true,
  'method-not-allowed': true,
  'unknown-key': true,
  forgotten: true,
  'out-of-step': true,
  conflict: true,
  gone: true,
  'too-large': true,
  'unsupported-media-type': true,
  refused: true,
  'private-key': true,
  'read-only-key': true,
  'expiry-too-long': true,
  misdirected: true,
  'key-reused': true,
  'rate-limited': true,
  'server-error': true,
  unavailable: true,
}

test('docs/protocol.md lists every problem once', () => {
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(names).sort())
})

test.each(rows)('it gives %s the status %d that the handler answers', (name, status) => {
  const response = toProblem(name)
  expect(response.status).toBe(status)
  expect(JSON.parse(response.body ?? '')).toMatchObject({ type: `urn:sojourn:problem:${name}`, status, title: expect.any(String) })
})

test('every JSON example of the page is JSON', () => {
  const examples = [...text.matchAll(/^(\{[\s\S]*?\})\n(?:```|\n)/gm)].map(([, json]) => json as string)
  expect(examples).toHaveLength(3)
  for (const json of examples) expect(() => JSON.parse(json)).not.toThrow()
})
