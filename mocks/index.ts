// The public names of `sojourn/msw`.
export type { MockCookie } from './cookie-jar.ts'
export { createMockSessionServer } from './create-mock-session-server.ts'
export type { MockBackendName } from './django/engine.ts'
export type {
  MockAnswerFault,
  MockAnswerName,
  MockDelayFault,
  MockFault,
  MockFaultHandle,
  MockFaultName,
  MockFaultScope,
  MockNetworkFault,
  MockNetworkFaultName,
  MockWriteBesideFault,
} from './fault.ts'
export type { MockBrowser, MockBrowserOptions } from './mock-browser.ts'
export type { MockSessionServer } from './mock-session-server.ts'
export type { MockCsrfOptions, MockEndpoint, MockEndpointContext, MockEndpointResult, MockSessionServerOptions } from './options.ts'
export type { MockRequest } from './request-log.ts'
export type { MockValues, MockWireWrite, MockWrite } from './values.ts'
