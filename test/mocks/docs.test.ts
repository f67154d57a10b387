// Holds that docs/testing.md shows the files of test/mocks/docs, exactly.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const folder = new URL('./docs/', import.meta.url)
const guide = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8')
const snippets = [...guide.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, name = '', code = '']) => ({ name, code }))
const files = readdirSync(folder).filter((name) => !name.endsWith('.dom.test.ts'))

/** The files of the folder `docs` run here and in happy-dom; the guide has to show exactly them. */
describe('the testing guide', () => {
  test('shows every one of its files, and no other code', () => {
    expect(snippets.map(({ name }) => name).sort()).toEqual(files.sort())
    expect(guide.match(/^```(?:ts|tsx|js)$/gm)).toHaveLength(files.length)
  })

  test.each(snippets)('shows $name as it runs', ({ name, code }) => {
    expect(code).toBe(readFileSync(new URL(name, folder), 'utf8'))
  })

  test('runs every test in happy-dom too', () => {
    const imports = readFileSync(new URL('docs.dom.test.ts', folder), 'utf8').match(/(?<=import '\.\/)[^']+/g)
    expect(imports?.sort()).toEqual(files.filter((name) => name.endsWith('.test.ts')).sort())
  })

  test('names every fault', () => {
    const source = readFileSync(new URL('../../mocks/fault.ts', import.meta.url), 'utf8')
    const names = [...source.matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
  })
})
