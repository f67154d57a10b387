// Holds which names each entry point exports.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { doorAliases, doors, manifest, root } from '../scripts/doors.ts'

interface Names {
  readonly values: readonly string[]
  readonly types: readonly string[]
}

/** Every name that a door gives away, read from its source, so that types are seen too. */
function namesOf(specifier: string): Names {
  const door = doors.find((candidate) => candidate.specifier === specifier)
  const source = join(root, door?.source ?? '')
  const { module } = parseSync(source, readFileSync(source, 'utf8'))
  const entries = module.staticExports.flatMap(({ entries }) => entries)
  const named = (isType: boolean) =>
    entries
      .filter((entry) => entry.isType === isType)
      .map(({ exportName }) => exportName.name ?? '(all)')
      .sort()
  return { values: named(false), types: named(true) }
}

describe('package.json', () => {
  test('every entry point has a source', () => {
    expect(doors.filter(({ source }) => !existsSync(join(root, source)))).toEqual([])
  })

  test('every entry point has its declarations next to its JavaScript', () => {
    expect(doors.map(({ types }) => types)).toEqual(doors.map(({ file }) => file.replace(/\.js$/, '.d.ts')))
  })

  test('tsconfig.json leads the same names to the same sources', () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
    expect(compilerOptions.paths).toEqual(Object.fromEntries(doors.map(({ specifier, source }) => [specifier, [`./${source}`]])))
  })

  test('the aliases of the tests lead each name to one source', () => {
    const matches = (specifier: string) => doorAliases().filter(({ find }) => find.test(specifier))
    expect(doors.map(({ specifier }) => matches(specifier).map(({ replacement }) => replacement))).toEqual(
      doors.map(({ source }) => [join(root, source)]),
    )
  })

  test('what an app need not install is marked optional', () => {
    const { peerDependenciesMeta } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(Object.keys(manifest.peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)).toEqual(['zod'])
  })

  test('versions may rise within their major, and none is taken from elsewhere than the registry', () => {
    expect(Object.values({ ...manifest.dependencies, ...manifest.devDependencies }).filter((range) => !/^\^\d/.test(range))).toEqual([])
  })
})

describe('the doors', () => {
  test.each(doors.map(({ specifier }) => specifier))('%s gives at run time the values that its source names', async (specifier) => {
    expect(Object.keys(await import(/* @vite-ignore */ specifier)).sort()).toEqual(namesOf(specifier).values)
  })

  test('sojourn', () => {
    expect(namesOf('sojourn')).toMatchInlineSnapshot(`
      {
        "types": [
          "Clock",
          "Conflict",
          "ConflictPolicy",
          "CsrfOptions",
          "DehydratedSession",
          "JsonSchema",
          "KySessionClientOptions",
          "LiveState",
          "LiveUpdates",
          "LockMode",
          "PendingMutation",
          "RetryOptions",
          "SessionActivity",
          "SessionChannel",
          "SessionClient",
          "SessionClientOptions",
          "SessionEndReason",
          "SessionErrorCode",
          "SessionEvents",
          "SessionExchange",
          "SessionExpiry",
          "SessionInputs",
          "SessionKey",
          "SessionKeyState",
          "SessionLocks",
          "SessionProtocolReason",
          "SessionRejection",
          "SessionSchemaIssue",
          "SessionSnapshot",
          "SessionStatus",
          "SessionTransaction",
          "SessionValues",
          "SessionWriteError",
          "Transport",
          "Unsubscribe",
          "WaitOptions",
          "WireAnswer",
          "WireRequest",
          "WritableKey",
        ],
        "values": [
          "SessionAuthError",
          "SessionConfigError",
          "SessionConflictError",
          "SessionDiscardedError",
          "SessionDisposedError",
          "SessionEndedError",
          "SessionError",
          "SessionInvalidValueError",
          "SessionNetworkError",
          "SessionProtocolError",
          "SessionRejectedError",
          "SessionSchemaError",
          "SessionUnknownFateError",
          "SessionUsageError",
          "createSessionClient",
          "isSessionError",
          "toScript",
        ],
      }
    `)
  })

  test('sojourn/fetch', () => {
    expect(namesOf('sojourn/fetch')).toEqual({ types: ['SessionClientOptions'], values: ['createSessionClient'] })
  })

  test('sojourn/live', () => {
    expect(namesOf('sojourn/live')).toEqual({ types: ['LiveOptions'], values: ['createLive'] })
  })

  test('sojourn/react', () => {
    expect(namesOf('sojourn/react')).toMatchInlineSnapshot(`
      {
        "types": [
          "SessionContext",
          "SetSessionKey",
        ],
        "values": [
          "createSessionContext",
          "useSession",
          "useSessionKey",
          "useSessionKeyState",
          "useSuspenseSessionKey",
        ],
      }
    `)
  })

  test('sojourn/vue', () => {
    expect(namesOf('sojourn/vue')).toMatchInlineSnapshot(`
      {
        "types": [
          "SessionInjection",
        ],
        "values": [
          "createSessionInjection",
          "useSession",
          "useSessionKey",
          "useSessionKeyState",
        ],
      }
    `)
  })

  test('sojourn/server', () => {
    expect(namesOf('sojourn/server')).toMatchInlineSnapshot(`
      {
        "types": [
          "Admission",
          "Connection",
          "CookieOptions",
          "EndAllOptions",
          "Json",
          "JsonObject",
          "ListedEntry",
          "ListedExposure",
          "MemoryStoreOptions",
          "NoKeys",
          "PersonSession",
          "PrivateKeys",
          "ProblemDetail",
          "Refusal",
          "RefusedRequest",
          "SchemaExposure",
          "ServerCookie",
          "ServerSession",
          "ServerTransaction",
          "SessionHandler",
          "SessionHandlerOptions",
          "SessionPrivateKeys",
          "SessionReader",
          "SessionStore",
          "SignInOptions",
          "StoreEntry",
          "StoreWrite",
          "StreamOptions",
        ],
        "values": [
          "createMemoryStore",
          "createSessionHandler",
        ],
      }
    `)
  })

  test('sojourn/server/sqlite', () => {
    expect(namesOf('sojourn/server/sqlite')).toMatchInlineSnapshot(`
      {
        "types": [
          "SqliteStoreOptions",
        ],
        "values": [
          "createSqliteStore",
        ],
      }
    `)
  })

  test('sojourn/server/node', () => {
    expect(namesOf('sojourn/server/node')).toMatchInlineSnapshot(`
      {
        "types": [
          "NodeListener",
          "NodeListenerOptions",
          "NodeRequest",
          "NodeResponse",
        ],
        "values": [
          "toNodeListener",
        ],
      }
    `)
  })

  test('sojourn/express', () => {
    expect(namesOf('sojourn/express')).toMatchInlineSnapshot(`
      {
        "types": [
          "Done",
          "ExpressSessionOptions",
          "Session",
          "SessionData",
          "SessionMiddleware",
          "SessionRequest",
        ],
        "values": [
          "RequestCookie",
          "RequestSession",
          "session",
        ],
      }
    `)
  })

  test('sojourn/msw', () => {
    expect(namesOf('sojourn/msw')).toMatchInlineSnapshot(`
      {
        "types": [
          "MockAnswerFault",
          "MockAnswerName",
          "MockBackendName",
          "MockBrowser",
          "MockBrowserOptions",
          "MockCookie",
          "MockCsrfOptions",
          "MockDelayFault",
          "MockEndpoint",
          "MockEndpointContext",
          "MockEndpointResult",
          "MockFault",
          "MockFaultHandle",
          "MockFaultName",
          "MockFaultScope",
          "MockNetworkFault",
          "MockNetworkFaultName",
          "MockRequest",
          "MockSessionServer",
          "MockSessionServerOptions",
          "MockValues",
          "MockWireWrite",
          "MockWrite",
          "MockWriteBesideFault",
        ],
        "values": [
          "createMockSessionServer",
        ],
      }
    `)
  })

  test('sojourn/conformance', () => {
    expect(namesOf('sojourn/conformance')).toMatchInlineSnapshot(`
      {
        "types": [
          "ConformanceCheck",
          "ConformanceOptions",
          "ConformanceOutcome",
          "ConformanceReport",
          "ConformanceResult",
          "ControlEvent",
        ],
        "values": [
          "ConformanceFailure",
          "conformanceChecks",
          "runConformance",
        ],
      }
    `)
  })
})
