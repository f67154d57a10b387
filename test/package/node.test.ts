import process from 'node:process'
import { expect, inject, test } from 'vitest'
import { run } from './run.ts'

test('a Node script serves a session over each store and the client writes to it', async () => {
  const { code, output } = await run(inject('app'), process.execPath, '--disable-warning=ExperimentalWarning', 'server.ts')
  expect(output).toBe('200 {"theme":"dark"}\n200 {"theme":"dark"}\n')
  expect(code).toBe(0)
})
