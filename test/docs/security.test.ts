// Holds the table of OWASP ASVS 5.0 in docs/security.md to the tests that it names: a requirement that the package meets
// names a test that exists, and no requirement of chapter 7 is left out.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readTable } from './responses.ts'

const rows = readTable('docs/security.md', 'OWASP ASVS 5.0')
const parties = ['handler', 'Django', 'client', 'your code', 'Node', 'no']
const ours = ['handler', 'Django', 'client']
const chapter7 = [
  ...['7.1.1', '7.1.2', '7.1.3', '7.2.1', '7.2.2', '7.2.3', '7.2.4', '7.3.1', '7.3.2', '7.4.1', '7.4.2', '7.4.3', '7.4.4', '7.4.5'],
  ...['7.5.1', '7.5.2', '7.5.3', '7.6.1', '7.6.2'],
]

const listOf = (cell = ''): string[] => cell.split(', ').filter((part) => part !== '')

/** Reads the tests that a cell names, each as `path: title`. */
const testsOf = (cell = ''): { path: string; title: string }[] =>
  [...cell.matchAll(/`([^`:]+): ([^`]+)`/g)].map(([, path = '', title = '']) => ({ path, title }))

const isNamed = ({ path, title }: { path: string; title: string }): boolean =>
  existsSync(path) && readFileSync(path, 'utf8').includes(title)

describe('the table of OWASP ASVS requirements', () => {
  test('has every requirement of chapter 7, and none twice', () => {
    const ids = rows.map(({ requirement = '' }) => requirement)
    expect(ids).toEqual([...new Set(ids)])
    expect(ids).toEqual(expect.arrayContaining(chapter7))
  })

  test('says of every requirement who meets it', () => {
    const unknown = rows.filter((row) => !listOf(row['met by']).every((party) => parties.includes(party)) || row['met by'] === '')
    expect(unknown).toEqual([])
  })

  test('names a test for every requirement that the package meets', () => {
    const bare = rows.filter((row) => listOf(row['met by']).some((party) => ours.includes(party)) && testsOf(row['held by']).length === 0)
    expect(bare.map(({ requirement }) => requirement)).toEqual([])
  })

  test('names tests that exist', () => {
    const missing = rows.flatMap((row) => testsOf(row['held by'])).filter((named) => !isNamed(named))
    expect(missing).toEqual([])
  })
})

test('the table of attacks names tests that exist, on the handler for each attack', () => {
  const attacks = readTable('docs/security.md', 'Attacks that are tests')
  expect(attacks.length).toBeGreaterThan(8)
  const cells = attacks.flatMap((row) => [row['on the handler'], row['on Django']])
  expect(cells.flatMap(testsOf).filter((named) => !isNamed(named))).toEqual([])
  expect(attacks.filter((row) => testsOf(row['on the handler']).length === 0)).toEqual([])
})

test('the client keeps nothing in the storage of the browser', () => {
  const files = globSync('src/{cache,client,sync,platform,browser,transport,schema,react,vue}/**/*.ts')
  expect(files.length).toBeGreaterThan(50)
  expect(files.filter((file) => /\b(localStorage|sessionStorage|indexedDB|cookieStore)\b/.test(readFileSync(file, 'utf8')))).toEqual([])
})
