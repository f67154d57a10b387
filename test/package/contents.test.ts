// Holds what the package contains, by publint and Are The Types Wrong.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { expect, inject, test } from 'vitest'
import { doors, manifest, root } from '../../scripts/doors.ts'
import { run } from './run.ts'

const tarball = inject('tarball')
const installed = join(inject('app'), 'node_modules', manifest.name)

test('every entry point is in the package, with its declarations', () => {
  expect(doors.flatMap(({ file, types }) => [file, types]).filter((path) => !existsSync(join(installed, path)))).toEqual([])
})

test('the package holds the build and the papers, and nothing else', async () => {
  const { output } = await run(root, 'tar', '--list', '--file', tarball)
  const tops = new Set(
    output
      .trim()
      .split('\n')
      .map((path) => path.split('/')[1]),
  )
  expect([...tops].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json'])
  expect(output.match(/.*\.(test|test-d)\..*/g)).toBeNull()
})

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

test('the types resolve as the JavaScript does, in every kind of app that reads ES modules', async () => {
  const { code, output } = await run(root, 'node_modules/.bin/attw', tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color')
  expect(code, output).toBe(0)
})
