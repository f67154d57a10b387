// Holds that `toScript` cannot end its script element and survives a round trip.
import { type DehydratedSession, toScript } from 'sojourn'
import { expect, test } from 'vitest'

const holding = (text: string): DehydratedSession =>
  ({
    state: { lineage: 'l', version: 'v1', data: { [text]: [text] }, tags: {}, last: 0, expiry: { age: 1, atBrowserClose: false } },
  }) as never

test.each(['</script>', '</SCRIPT >', '<!--', '-->', ']]>', '\u2028', '\u2029', '&lt;', '"\\u003c"', '\u0001'])(
  'nothing in %j ends the script or changes the value',
  (text) => {
    const script = toScript(holding(text))
    expect(script).not.toMatch(/[<>&\u2028\u2029]/)
    expect(JSON.parse(script)).toEqual(holding(text))
    // As JavaScript, too.
    expect(new Function(`return ${script}`)()).toEqual(holding(text))
  },
)

test('no state is null', () => expect(toScript(undefined)).toBe('null'))
