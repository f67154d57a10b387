// Holds that every check quotes docs/protocol.md and that every MUST of the page has a check.
import { readFileSync } from 'node:fs'
import { conformanceChecks } from 'sojourn/conformance'
import { describe, expect, test } from 'vitest'

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

const protocol = flat(read('protocol.md'))
const guide = read('conformance.md')

/** The rows of a section's table, as their cells. */
function rowsOf(heading: string): string[][] {
  const section = guide.slice(guide.indexOf(`\n## ${heading}\n`) + 1).split('\n## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| (.*) \|$/gm)].map(([, cells = '']) => cells.split(' | '))
  return rows.slice(1)
}

/** The sentences of the page that say MUST or SHOULD, after the one that says what these words are. */
const rules = protocol
  .slice(protocol.indexOf('## Words'))
  .split(/(?<=[.;:])\s+(?:- )?(?=\S)/)
  .filter((sentence) => /\b(MUST|SHOULD)\b/.test(sentence))

const unchecked = rowsOf('What cannot be checked').map(([rule = '']) => rule)

describe('the checks', () => {
  test.each(conformanceChecks)('$name quotes the protocol', ({ sentence }) => {
    expect(protocol).toContain(sentence)
  })

  test('have names of their own', () => {
    const names = conformanceChecks.map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index || !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(name))).toEqual([])
  })
})

describe('docs/conformance.md', () => {
  test.each(unchecked)('lists as unchecked what the protocol says: %s', (rule) => {
    expect(protocol).toContain(rule)
  })

  test.each(rules)('every rule is checked, or listed as not checkable: %s', (rule) => {
    const quotes = [...conformanceChecks.map(({ sentence }) => sentence), ...unchecked]
    expect(quotes.some((quote) => rule.includes(quote) || quote.includes(rule))).toBe(true)
  })

  test('lists what a server without atomic writes is excused from', () => {
    const excuses = conformanceChecks.flatMap(({ name, excuse }) => (excuse === undefined ? [] : [[`\`${name}\``, excuse]]))
    expect(rowsOf('A server that says `"atomic": false`')).toEqual(excuses)
  })

  test('lists every event that a check needs', () => {
    const listed = rowsOf('The control URL').map(([event = '']) => event.replaceAll('`', ''))
    expect([...new Set(conformanceChecks.flatMap(({ needs }) => needs))].sort()).toEqual(listed.sort())
  })
})
