// Owns the wiring of a mock server: the handler, its network and its browsers. All state of a mock server is in what it returns.
import type * as z from 'zod/v4/core'
import { SessionConfigError } from '../src/errors/session-config-error.ts'
import { everyKey } from '../src/server/exposed-keys.ts'
import { createActivity } from './activity.ts'
import type { MockBackend } from './backend.ts'
import { type Browsers, createBrowsers, type Start } from './browsers.ts'
import { createClock } from './clock.ts'
import { createBackend } from './create-backend.ts'
import { createCsrfGuard } from './csrf.ts'
import type { MockBackendName } from './django/engine.ts'
import { toMockExposure } from './exposure.ts'
import type { MockFaultName } from './fault.ts'
import { createFaultScript, type FaultScript } from './fault-script.ts'
import type { MockBrowser } from './mock-browser.ts'
import type { MockSessionServer } from './mock-session-server.ts'
import { createNetwork } from './network.ts'
import { checkEndpoints, checkEngine, checkPlatform, type MockSessionServerOptions, toSessionUrl } from './options.ts'
import type { Page } from './page.ts'
import { createRequestLog } from './request-log.ts'
import { serveArrival } from './server.ts'
import { type Changes, createServerActions, type ServerActions } from './server-actions.ts'
import type { MockWireWrite, MockWrite } from './values.ts'
import { copyWire, createValueCodec, type ValueCodec } from './values.ts'

/** Makes the MSW handlers of one browser, for the session's URL and for the endpoints. */
export type ToHandlers = (fetch: typeof globalThis.fetch, url: URL, endpoints: readonly string[]) => MockBrowser['handlers']

/** Converts the argument of `write` into changes of wire values. Checks values now, and those of a function when it runs. */
function toChanges<S extends z.$ZodObject>(write: MockWrite<S>, values: ValueCodec): Changes {
  if (typeof write === 'function') return (data) => values.encode(write(values.decode(data) as Parameters<typeof write>[0]))
  const changes = values.encode(write)
  return () => changes
}

function toWireChanges(write: MockWireWrite): Changes {
  if (typeof write === 'function') return (data) => copyWire(write(data))
  const changes = copyWire(write)
  return () => changes
}

type SessionMethods<S extends z.$ZodObject> = Pick<
  MockSessionServer<S>,
  | 'data'
  | 'lineage'
  | 'identity'
  | 'write'
  | 'writeWire'
  | 'expire'
  | 'evict'
  | 'deleteRow'
  | 'flush'
  | 'rotateKey'
  | 'signIn'
  | 'signOut'
  | 'rotateCsrf'
>

/** Creates the methods by which a test acts on sessions. `home` is the default browser. */
function createSessionMethods<S extends z.$ZodObject>(
  code: ServerActions,
  values: ValueCodec,
  { browsers, home }: { readonly browsers: Browsers; readonly home: MockBrowser },
): SessionMethods<S> {
  const at = async (browser: MockBrowser = home): Promise<Page> => {
    const page = browsers.pageOf(browser)
    await page.ready
    return page
  }
  const flush = async (browser?: MockBrowser): Promise<void> => code.run(await at(browser), (session) => session.flush())

  return {
    data: async (browser) => everyKey.visible((await code.view(await at(browser))).data),
    lineage: async (browser) => (await code.view(await at(browser))).lineage,
    identity: async (browser) => (await code.view(await at(browser))).identity,
    write: async (write, browser) => code.change(await at(browser), toChanges(write, values)),
    writeWire: async (write, browser) => code.change(await at(browser), toWireChanges(write)),
    expire: async (browser) => code.expire(await at(browser)),
    evict: async (browser) => code.evict(await at(browser)),
    deleteRow: async (browser) => code.deleteRow(await at(browser)),
    flush,
    signOut: flush,
    rotateKey: async (browser) => code.run(await at(browser), (session) => session.cycleKey()),
    signIn: async (identity, browser) => code.signIn(await at(browser), identity),
    rotateCsrf: (browser = home) => code.rotateCsrf(browsers.pageOf(browser)),
  }
}

/** Refuses a fault that cannot happen with a backend. */
function checkFault(fault: MockFaultName, engine: MockBackendName | undefined): void {
  const fail = (reason: string): never => {
    throw new SessionConfigError(`Failed to script a fault: ${reason}`)
  }
  if (fault === 'write-over' && engine === undefined)
    fail('server code of this backend saves only what it changed. Set the option backend.')
  if (fault === 'stale-cache' && engine !== 'cached_db')
    fail('this backend has no cache in front of rows. Set the option backend to cached_db.')
}

function createNext<S extends z.$ZodObject>(
  script: FaultScript<MockWrite<S>>,
  values: ValueCodec,
  engine: MockBackendName | undefined,
): MockSessionServer<S>['next'] {
  return (named) => {
    const fault = typeof named === 'string' ? { fault: named } : named
    // Checked here, at the test's call. Inside a request the error would look like a network error.
    if ('write' in fault && typeof fault.write !== 'function') values.encode(fault.write ?? {})
    checkFault(fault.fault, engine)
    return script.add(fault)
  }
}

/** Wires a mock server. MSW is a port, so that everything except the handlers works without it. */
export function createMockSession<S extends z.$ZodObject>(
  options: MockSessionServerOptions<S>,
  toHandlers: ToHandlers,
): MockSessionServer<S> {
  const { url: _, backend: engine, schema, readOnly, initial, signedInAs, document, ...others } = options
  const { endpoints = {}, csrf = false, now, setTimeout: timer, ...handlerOptions } = others
  checkPlatform()
  checkEngine(engine)
  const url = toSessionUrl(options)
  checkEndpoints(endpoints)
  const values = createValueCodec(schema)
  const exposure = toMockExposure(schema, readOnly)
  const initialChanges = initial && toChanges<S>(initial, values)
  const clock = createClock(now)
  const guard = csrf === false ? undefined : createCsrfGuard(csrf === true ? {} : csrf)
  const backendOptions = { ...handlerOptions, exposure, now: clock.now, ...(guard && { csrf: guard.token }) }
  const createServer = (): MockBackend => createBackend(engine, backendOptions)
  let backend = createServer()
  const code = createServerActions(url, () => backend, guard)
  const log = createRequestLog()
  const activity = createActivity()

  const script = createFaultScript<MockWrite<S>>({
    activity,
    pageOf: (browser) => browsers.pageOf(browser),
    write: (write, page) => code.change(page, toChanges(write, values)),
    writeOver: (write, page, deliver) => code.changeOver(page, toChanges(write, values), deliver),
    loadLate: (page, deliver) => code.loadLate(page, deliver),
    delay: (ms) => new Promise((resolve) => void (timer ?? globalThis.setTimeout)(resolve, ms)),
  })
  const send = createNetwork({
    url,
    endpoints,
    log,
    activity,
    applyFault: script.apply,
    serve: (request, endpoint) => serveArrival(request, endpoint, { backend, guard }),
  })
  const browsers = createBrowsers({
    origin: url.origin,
    now: clock.now,
    send,
    toHandlers: (fetch) => toHandlers(fetch, url, Object.keys(endpoints)),
  })

  const toStart =
    (identity: string | undefined, changes?: Changes): Start =>
    async (page) => {
      if (changes) await code.change(page, changes)
      if (identity !== undefined) await code.signIn(page, identity)
    }
  const shown = 'document' in options ? document : globalThis.document
  const home = browsers.open({ name: 'browser', document: shown }, toStart(signedInAs, initialChanges))

  const mock: Omit<MockSessionServer<S>, keyof MockBrowser> = {
    ...createSessionMethods<S>(code, values, { browsers, home }),
    url: url.href,
    get requests() {
      return log.requests
    },
    browser: (browserOptions = {}) => browsers.open(browserOptions, toStart(browserOptions.signedInAs)),
    next: createNext(script, values, engine),
    release: script.release,
    idle: activity.idle,
    advance: clock.advance,
    reset: () => {
      script.clear()
      log.clear()
      clock.reset()
      backend = createServer()
      browsers.reset()
    },
  }
  // Copies descriptors, so that `cookies` and `requests` stay getters.
  const server = Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(home), ...Object.getOwnPropertyDescriptors(mock) })
  browsers.alias(home, server as MockSessionServer<S>)
  return server as MockSessionServer<S>
}
