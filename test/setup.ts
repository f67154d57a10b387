// Fails a test that writes to the console without expecting it. Vitest runs it before each test file.
import { format } from 'node:util'
import { afterEach, beforeEach } from 'vitest'

const methods = ['debug', 'error', 'info', 'log', 'warn'] as const
let calls: string[] = []

// Many tests write before the first load, or refuse requests, on purpose; test/sync/early-writes.test.ts and test/client/named-failures.test.ts
// prove that the client warns in development.
const warning =
  /^set\("[^"]+"\) ran before the session was loaded|^Failed to (use the response from the session's URL|make a request to the session|find the session at|write to the session: the (server refused it|browser sent no cookie))/

// A test that expects output replaces the method (`vi.spyOn(console, 'error').mockImplementation(...)`), so what arrives here is unexpected.
for (const method of methods) {
  console[method] = (...args: unknown[]) => {
    const text = format(...args)
    if (!warning.test(text)) calls.push(`console.${method}: ${text}`)
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
