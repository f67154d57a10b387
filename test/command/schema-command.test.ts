// Holds what `sojourn schema` prints and which exit code it ends with.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSchemaCommand } from '../../src/command/schema-command.ts'

let folder: string
const zod = pathToFileURL(join(process.cwd(), 'node_modules/zod/index.js')).href

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-schema-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a module of an app and returns its path. */
function write(name: string, code: string): string {
  const path = join(folder, name)
  writeFileSync(path, code.replace("'zod'", `'${zod}'`))
  return path
}

/** Runs the command as a shell would, and returns what it wrote. */
async function run(...args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  let [output, errors] = ['', '']
  const code = await runSchemaCommand(args, { write: (text) => (output += text), writeError: (text) => (errors += text) })
  return { code, output, errors }
}

const good = (): string =>
  write(
    'good.ts',
    "import * as z from 'zod'\nexport const schema: z.ZodObject = z.object({ theme: z.enum(['light', 'dark']).default('light') })",
  )

describe('sojourn schema', () => {
  test('The command writes the JSON Schema of a TypeScript module.', async () => {
    const { code, output, errors } = await run(good())
    expect([code, errors]).toEqual([0, ''])
    expect(JSON.parse(output)).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { theme: { type: 'string', enum: ['light', 'dark'], default: 'light' } },
    })
  })

  test('--check accepts a file that is up to date, however it is laid out, and refuses one that is not.', async () => {
    const module = good()
    const file = join(folder, 'session.schema.json')
    const { output } = await run(module)
    writeFileSync(file, output.replaceAll('\n', '\r\n'))
    expect(await run(module, '--check', file)).toEqual({ code: 0, output: '', errors: '' })
    writeFileSync(file, output.replace('dark', 'red'))
    const stale = await run(module, '--check', file)
    expect([stale.code, stale.output]).toEqual([1, ''])
    expect(stale.errors).toContain(`npx sojourn schema ${module} > ${file}`)
    expect((await run(module, '--check', join(folder, 'none.json'))).code).toBe(2)
  })

  test('The file of the shop on Django is up to date.', async () => {
    const file = 'examples/shop-django/session.schema.json'
    expect(await run('examples/shop/shared/schema.ts', '--check', file)).toEqual({ code: 0, output: '', errors: '' })
  })

  test('The export is the named one, "schema", "default" or the only schema.', async () => {
    const two = write(
      'two.ts',
      "import * as z from 'zod'\nexport const a = z.object({ a: z.string() })\nexport const b = z.object({ b: z.string() })",
    )
    expect((await run(two)).errors).toContain('more than one z.object: a, b')
    expect(JSON.parse((await run(two, '--export', 'b')).output).properties).toHaveProperty('b')
    expect((await run(two, '--export', 'c')).errors).toContain('has no export "c". It exports a, b.')
    const only = write('only.ts', "import * as z from 'zod'\nexport default z.object({ c: z.string() })\nexport const text = z.string()")
    expect(JSON.parse((await run(only)).output).properties).toHaveProperty('c')
    expect((await run(only, '--export', 'text')).errors).toContain('is not a z.object')
    expect((await run(write('none.ts', 'export const x = 1'))).errors).toContain('exports no z.object')
  })

  test.each([
    ['a key that begins with _', 'z.object({ _a: z.string() })', '_a'],
    ['a one-way transform', 'z.object({ a: z.string().transform(Number) })', 'one-way'],
    ['a value that JSON cannot hold', 'z.object({ a: z.date() })', 'z.date'],
    ['a flag of a pattern that JSON Schema cannot hold', 'z.object({ a: z.string().regex(/^a/m) })', '"a": its pattern /^a/m'],
    ['a rule on the host of a URL', 'z.object({ a: z.url({ hostname: /^x$/ }) })', '"a": JSON Schema cannot hold'],
  ])('The command refuses %s, with its name.', async (title, schema, wanted) => {
    const module = write(`${title.replaceAll(/\W/g, '')}.ts`, `import * as z from 'zod'\nexport const schema = ${schema}`)
    const { code, output, errors } = await run(module)
    expect([code, output]).toEqual([2, ''])
    expect(errors).toContain(wanted)
  })

  test('Flags of patterns stand next to them.', async () => {
    const module = write(
      'flags.ts',
      "import * as z from 'zod'\nexport const schema = z.object({ a: z.string().regex(/^a/i), b: z.string().regex(/b/g), c: z.string().regex(/c/su).regex(/d/).optional() })",
    )
    expect(JSON.parse((await run(module)).output).properties).toMatchObject({
      a: { pattern: '^a', patternFlags: 'i' },
      b: { pattern: 'b' },
      c: { allOf: [{ pattern: 'c', patternFlags: 'su' }, { pattern: 'd' }] },
    })
  })

  test('A module that cannot be loaded is named, with what to do.', async () => {
    expect((await run(join(folder, 'missing.ts'))).errors).toContain('missing.ts')
    const browser = await run(write('browser.ts', 'export const schema = document.title'))
    expect(browser.errors).toContain('Keep the schema in a file of its own')
    expect([browser.code, browser.output]).toEqual([2, ''])
  })

  test('Wrong usage prints the usage or the reason.', async () => {
    expect((await run()).errors).toContain('Usage: sojourn schema')
    expect((await run('a.ts', 'b.ts')).code).toBe(2)
    expect((await run('--unknown')).errors).toContain('--unknown')
    expect((await run('--help')).output).toContain('--check <file>')
  })
})
