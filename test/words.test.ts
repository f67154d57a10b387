// Holds that comments, errors and titles avoid idioms that a reader has to translate. CONTRIBUTING.md names what to write instead.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/doors.ts'

/** The folders that are free of them. Add a folder once it is. */
const folders = 'mocks scripts bench examples src/{cache,client,errors,merge,platform,protocol,react,schema,transport,vue}'.split(' ')

/** What to avoid, and what to write instead. */
const idioms: readonly (readonly [RegExp, string])[] = [
  [/\bfor ever\b/i, 'forever, permanently'],
  [/\banew\b/i, 'again'],
  [/\bunder way\b/i, 'in flight'],
  [/\bof (before|now)\b/i, 'earlier, current'],
  [/\bsecond look\b|\blooks? (again|anew)\b/i, 'confirmation read, refetch'],
  [/\bwhere (there|it) (is|are|was|were)\b/i, 'if'],
]

const files = globSync(`{${folders.join(',')}}/**/*.{ts,tsx,mjs,vue}`, {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|dist|\.generated)(\/|$)/.test(path),
})

/** Returns each line that has an idiom, with what to write instead. */
const findIdioms = (text: string): string[] =>
  text.split('\n').flatMap((line) => idioms.filter(([idiom]) => idiom.test(line)).map(([, better]) => `${line.trim()} (write: ${better})`))

test('no line has an idiom that the field does not use', () => {
  const found = files.flatMap((file) => findIdioms(readFileSync(join(root, file), 'utf8')).map((line) => `${file}: ${line}`))
  expect(files.length).toBeGreaterThan(150)
  expect(found).toEqual([])
})

test.each(['// Waits for ever.', "throw new Error('a commit is under way')", '// undefined where there is no session'])(
  'finds %s',
  (line) => expect(findIdioms(line)).toHaveLength(1),
)
