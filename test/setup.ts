import { format } from 'node:util'
import { afterEach, beforeEach } from 'vitest'

const methods = ['debug', 'error', 'info', 'log', 'warn'] as const
let calls: string[] = []

// A test that expects output replaces the method (`vi.spyOn(console, 'error').mockImplementation(...)`), so what arrives here is unexpected.
for (const method of methods) {
  console[method] = (...args: unknown[]) => {
    calls.push(`console.${method}: ${format(...args)}`)
  }
}

// Most mock servers of these tests have no schema, on purpose; test/mocks/exposure.test.ts proves that they warn.
Object.assign(globalThis, { [Symbol.for('sojourn.mock.exposes-every-key')]: true })

function failOnOutput(): void {
  const seen = calls
  calls = []
  if (seen.length > 0) throw new Error(`Unexpected console output:\n${seen.join('\n')}`)
}

// What was written before the first test (while a file is imported, in beforeAll) fails that test; what a test wrote fails it.
beforeEach(failOnOutput)
afterEach(failOnOutput)
