// The entry point `sojourn/fetch`: the same client over plain fetch, without ky. Types, errors and helpers come from `sojourn`.
export { createSessionClient } from './client/create-fetch-session-client.ts'
export type { SessionClientOptions } from './client/options.ts'
