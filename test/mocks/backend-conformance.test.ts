// Holds that each mock engine passes the conformance checks.
import { conformanceChecks } from 'sojourn/conformance'
import type { MockBackendName } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import type { MockBackend } from '../../mocks/backend.ts'
import { createBackend } from '../../mocks/create-backend.ts'
import { toExposure } from '../../src/server/exposure.ts'
import { type Order, play } from '../conformance/play.ts'
import { anyKeys } from '../conformance/server.ts'

const url = 'http://localhost/session'
const control = 'http://localhost/control'
const allowedOrigin = 'https://app.example'

/** Does what the server's own code would, as the control URL of docs/conformance.md has it. */
async function cause(backend: MockBackend, request: Request): Promise<Response> {
  const order = (await request.json()) as Order
  const done = new Response(null, { status: 204 })
  if (order.event === 'break') return new Response(null, { status: 501 })
  if (order.event === 'expire') {
    return backend.expire(request).then(
      () => done,
      () => new Response(null, { status: 501 }),
    )
  }
  return backend.serve(request, async (session) => (await play(session, order)) ?? done)
}

/** A mock server of its own, without the network and the browsers before it: the checks have theirs. */
function createStage(name: MockBackendName) {
  let skewMs = 0
  const backend = createBackend(name, {
    exposure: toExposure({ ...anyKeys, keys: anyKeys.keys.concat(anyKeys.readOnly ?? []) }),
    now: () => Date.now() + skewMs,
    origins: [allowedOrigin],
  })
  return {
    ...anyKeys,
    url,
    control,
    allowedOrigin,
    fetch: (to: string, init: RequestInit) => {
      const request = new Request(to, init)
      return to === control ? cause(backend, request) : backend.handle(request)
    },
    wait: async (ms: number) => {
      skewMs += ms
    },
  }
}

/** What the stage cannot cause, or the server does not have: no store that is down, no token, no end of a session in its cookie. */
const leftOut = /event "(break|expire)"|token/

describe.each(['db', 'cached_db', 'cache', 'file', 'signed_cookies'] as const)('the mock of %s keeps the protocol', (name) => {
  test.each(conformanceChecks)('$level $name', async ({ run, needs }) => {
    const { notRun, excused } = await run(createStage(name))
    if (notRun !== undefined) expect(notRun).toMatch(leftOut)
    if (needs.includes('expire')) expect(notRun !== undefined).toBe(name === 'signed_cookies')
    if (name !== 'signed_cookies') expect(excused).toBeUndefined()
  })
})
