// The entry point `sojourn/server/store-contract`: what a store is tested with. Imported by tests only, never by a server.
export type { CuttingProxy, CuttingProxyOptions } from './cutting-proxy.ts'
export { createCuttingProxy } from './cutting-proxy.ts'
export type { CreateStore, StoreTestTools } from './describe-store.ts'
export { describeStore } from './describe-store.ts'
