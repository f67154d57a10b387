export { createMockSessionServer } from './create-mock-session-server.ts'
export type { MockCookie } from './cookie-jar.ts'
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
export type { MockCsrfOptions, MockEndpoint, MockEndpointContext, MockSessionServerOptions } from './options.ts'
export type { MockBrowser, MockBrowserOptions, MockRequest, MockSessionServer, MockValues, MockWireWrite, MockWrite } from './types.ts'
