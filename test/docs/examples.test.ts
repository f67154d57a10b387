import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { folder, readExamples, toFile, writeExamples } from './examples.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = ['README.md', 'docs/django.md', 'docs/ssr.md']
const folders = pages.map(writeExamples)

describe('the examples of the docs', () => {
  test('compile as strict TypeScript', { timeout: 60_000 }, async () => {
    const config = {
      extends: `${root}tsconfig.json`,
      compilerOptions: { allowImportingTsExtensions: true },
      include: folders.map((path) => `${path}**/*`),
      exclude: [],
    }
    writeFileSync(`${folder}tsconfig.json`, JSON.stringify(config))
    const { stdout } = await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${folder}tsconfig.json`]).catch(
      (error) => error,
    )
    expect(stdout).toBe('')
  })

  test('are the five things of the README', () => {
    expect(readExamples('README.md').map(({ file }) => file)).toEqual([
      'schema.ts',
      'session.ts',
      'cart.tsx',
      'theme.vue',
      'server.ts',
      'cart.test.ts',
    ])
  })
})

// The tests that the docs show are registered as tests of this file.
for (const [index, path] of folders.entries()) {
  for (const { file } of readExamples(pages[index] as string)) {
    if (file.endsWith('.test.ts')) await import(/* @vite-ignore */ path + toFile(file))
  }
}
