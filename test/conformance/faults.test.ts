// Holds that each conformance check fails on a server with the fault it is meant for.
import { ConformanceFailure, conformanceChecks } from 'sojourn/conformance'
import { expect, test } from 'vitest'
import { commitFaults } from './faults/commits.ts'
import { exposedKeyFaults, leaks } from './faults/exposed-keys.ts'
import { keyFaults } from './faults/keys.ts'
import { lifeFaults } from './faults/life.ts'
import type { Fault, Faults } from './faults/plant.ts'
import { readingFaults } from './faults/reading.ts'
import { requestFaults } from './faults/requests.ts'
import { allowedOrigin, startServer } from './server.ts'

const faults: Faults = { ...readingFaults, ...exposedKeyFaults, ...keyFaults, ...commitFaults, ...lifeFaults, ...requestFaults }

test('there is a fault for each check, and no other', () => {
  expect(Object.keys(faults).sort()).toEqual(conformanceChecks.map(({ name }) => name).sort())
})

async function sees(name: string, { sees, ...options }: Fault): Promise<void> {
  const check = conformanceChecks.find((one) => one.name === name)
  const server = await startServer(options)
  try {
    const failure = await check?.run({ ...server, allowedOrigin }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConformanceFailure)
    expect((failure as ConformanceFailure).message).toContain(sees)
  } finally {
    await server.close()
  }
}

test.each(conformanceChecks)('$name sees its fault', ({ name }) => sees(name, faults[name] ?? { sees: 'a fault' }))

test.each(Object.keys(leaks))('private-keys-are-never-sent sees a private key %s', (where) => {
  return sees('private-keys-are-never-sent', leaks[where] ?? { sees: 'a fault' })
})
