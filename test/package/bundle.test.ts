// Holds that bundlers take the installed package without a warning.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { run } from './run.ts'

const app = inject('app')

test('a Vite build takes every entry point for browsers, without a word', async () => {
  const { code, output } = await run(app, 'node_modules/.bin/vite', 'build', '--logLevel', 'warn', '--minify', 'false')
  expect(code, output).toBe(0)
  // A Node module that came along would be named here as externalised.
  expect(output).toBe('')
})

test('a class that several entry points use is in the app once', () => {
  const script = globSync('dist/assets/*.js', { cwd: app })
    .map((path) => readFileSync(join(app, path), 'utf8'))
    .join('\n')
  expect(script.match(/SessionError = class extends Error|class SessionError extends Error/g)).toHaveLength(1)
})
