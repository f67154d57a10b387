// Holds the pure parts of live updates: the parser of events, and when the next stream is tried.
import { describe, expect, test } from 'vitest'
import { createEventParser, type ServerEvent } from '../../src/live/event-parser.ts'
import { nextAttempt } from '../../src/live/next-attempt.ts'
import type { StreamEnd } from '../../src/live/run-stream.ts'

function parse(chunks: readonly string[]): ServerEvent[] {
  const events: ServerEvent[] = []
  const feed = createEventParser((event) => void events.push(event))
  for (const chunk of chunks) feed(chunk)
  return events
}

describe('the parser', () => {
  const message = (data: string): ServerEvent => ({ type: 'message', data })
  test.each<[string, string, ServerEvent[]]>([
    ['an event', 'data: a\n\n', [message('a')]],
    ['an event without a space', 'data:a\n\n', [message('a')]],
    ['two spaces, of which one counts', 'data:  a\n\n', [message(' a')]],
    ['several lines of data', 'data: a\ndata: b\ndata\n\n', [message('a\nb\n')]],
    ['a name and empty data', 'event: look\ndata:\n\n', [{ type: 'look', data: '' }]],
    ['a name without data, which is no event', 'event: look\n\ndata: a\n\n', [message('a')]],
    ['comments, ids and pauses', ': ping\n:\n\nretry: 1000\n\nid: v1\ndata: a\n\n', [message('a')]],
    ['fields that nobody knows', 'other: x\ndata: a\nnonsense\n\n', [message('a')]],
    ['a colon in the data', 'data: {"a":1}\n\n', [message('{"a":1}')]],
    ['an event that is not over', 'data: a\n', []],
    ['two events', 'data: a\n\ndata: b\n\n', [message('a'), message('b')]],
    ['letters of every plane', 'data: zoë €𝄞\n\n', [message('zoë €𝄞')]],
  ])('reads %s, whatever ends the lines and wherever it is cut', (_, text, expected) => {
    for (const end of ['\n', '\r\n', '\r']) {
      const whole = text.replaceAll('\n', end)
      expect(parse([whole]), JSON.stringify(end)).toEqual(expected)
      expect(parse([...whole]), JSON.stringify(end)).toEqual(expected)
      for (let at = 0; at <= whole.length; at++) expect(parse([whole.slice(0, at), '', whole.slice(at)])).toEqual(expected)
    }
  })

  test('does not wait for more after a lone CR', () => {
    expect(parse(['data: a\r\r'])).toEqual([message('a')])
  })
})

describe('after a stream', () => {
  const none = { failures: 0, silences: 0 }
  const refused = (status: number, rest: object = {}): StreamEnd => ({ kind: 'refused', status, retryAfterMs: 0, ...rest })
  test.each<[string, { end: StreamEnd; isLook?: boolean; past?: typeof none }, object]>([
    [
      'that lived',
      { end: { kind: 'ended', livedMs: 2000 }, past: { failures: 3, silences: 1 } },
      { delayMs: 500, read: 'no', polls: false, failures: 0 },
    ],
    ['that said look', { end: { kind: 'ended', livedMs: 2000 }, isLook: true }, { delayMs: 500, read: 'full', polls: false }],
    [
      'that ended at once',
      { end: { kind: 'ended', livedMs: 10 }, past: { failures: 2, silences: 0 } },
      { delayMs: 2000, failures: 3, polls: true },
    ],
    ['that said look at once', { end: { kind: 'ended', livedMs: 10 }, isLook: true }, { delayMs: 500, read: 'full', failures: 1 }],
    ['that brought no byte', { end: { kind: 'silent' } }, { delayMs: 500, silences: 1, read: 'conditional', isUnsupported: false }],
    [
      'that brought no byte again',
      { end: { kind: 'silent' }, past: { failures: 1, silences: 1 } },
      { delayMs: 600_000, isUnsupported: true, polls: true },
    ],
    [
      'that got no response',
      { end: { kind: 'failed' }, past: { failures: 9, silences: 0 } },
      { delayMs: 15_000, polls: true, isUnsupported: false },
    ],
    ['that got a 401', { end: refused(401) }, { read: 'full', isUnsupported: false, delayMs: 500 }],
    ['that got a 503', { end: refused(503, { retryAfterMs: 60_000 }) }, { delayMs: 60_000, polls: true, isUnsupported: false }],
    ['that got a 503 for a day', { end: refused(503, { retryAfterMs: 86_400_000 }) }, { delayMs: 600_000 }],
    ['that got a 502', { end: refused(502) }, { delayMs: 500, isUnsupported: false }],
    [
      'that got the state of its session',
      { end: refused(200, { lineage: 'mine' }) },
      { delayMs: 600_000, read: 'conditional', isUnsupported: true },
    ],
    ['that got no session', { end: refused(200, { lineage: null }) }, { delayMs: 500, read: 'full', isUnsupported: false }],
    ['that got another session', { end: refused(200, { lineage: 'other' }) }, { delayMs: 500, read: 'full', isUnsupported: false }],
    ['that got a page', { end: refused(200) }, { isUnsupported: true }],
    ['that got a 404', { end: refused(404) }, { isUnsupported: true }],
  ])('%s', (_, { end, isLook = false, past = none }, expected) => {
    expect(nextAttempt({ end, isLook, lineage: 'mine' }, past, 0.5, {})).toMatchObject(expected)
  })
})
