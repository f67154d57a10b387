export { createSessionClient } from './client/create-fetch-session-client.ts'
export type { SessionClientOptions } from './client/options.ts'
