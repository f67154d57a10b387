// Holds that the installed package works in Node.
import process from 'node:process'
import { expect, inject, test } from 'vitest'
import { run } from './run.ts'

test('a Node script serves a session over each store and the client writes to it', async () => {
  const { code, output } = await run(inject('app'), process.execPath, '--disable-warning=ExperimentalWarning', 'server.ts')
  expect(output).toBe('200 {"theme":"dark"} true\n200 {"theme":"dark"} true\n')
  expect(code).toBe(0)
})

test('the command is installed, and runs', async () => {
  const { code, output } = await run(inject('app'), 'node_modules/.bin/sojourn', '--list')
  expect([code, output]).toEqual([0, expect.stringMatching(/^MUST {3}read-creates-nothing\n/)])
  expect((await run(inject('app'), 'node_modules/.bin/sojourn', 'conformance', 'http://127.0.0.1:9/')).code).toBe(2)
})
