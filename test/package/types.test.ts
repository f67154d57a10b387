// Holds that strict apps compile against the installed declarations.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { run } from './run.ts'

const app = inject('app')

const strict = {
  target: 'ES2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noEmit: true,
}

const browser = { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] }
const node = { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: ['node'] }

/** Compiles files of the app; declarations are checked where `skipLibCheck` is false, those of other packages too. */
async function compile(name: string, compilerOptions: object, files: readonly string[]): Promise<string> {
  writeFileSync(join(app, `tsconfig.${name}.json`), JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files }))
  const { code, output } = await run(app, 'node_modules/.bin/tsc', '-p', `tsconfig.${name}.json`, '--pretty', 'false')
  return code === 0 ? '' : output
}

const resolutions = [
  { name: 'bundler', module: 'ESNext', moduleResolution: 'bundler' },
  { name: 'nodenext', module: 'NodeNext', moduleResolution: 'nodenext' },
]

test.each(resolutions)('a strict app compiles against the client under $name, without the types of Node', async ({ name, ...options }) => {
  expect(await compile(name, { ...browser, ...options, skipLibCheck: false }, ['session.ts'])).toBe('')
})

test.each(resolutions)('a strict app compiles against every entry point under $name', async ({ name, ...options }) => {
  expect(await compile(`${name}-all`, { ...node, ...options, skipLibCheck: true }, ['main.ts', 'server.ts'])).toBe('')
})

test('no declaration of ours has an error of its own', async () => {
  const options = { ...node, module: 'ESNext', moduleResolution: 'bundler', skipLibCheck: false }
  const output = await compile('declarations', options, ['main.ts', 'server.ts'])
  expect(output.split('\n').filter((line) => /^(node_modules\/sojourn\/|main|server|session)/.test(line))).toEqual([])
})
