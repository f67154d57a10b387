// The session server over a store on a real engine, as a process of its own. Tells its port over the channel of fork().
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { createSessionHandler } from '../../src/server/index.ts'
import { toNodeListener } from '../../src/server/node.ts'
import { type EnginePlace, openEngineStore } from './engine-store.ts'

const handler = createSessionHandler({
  keys: ['count', 'list', 'total', 'order', 'tabs'],
  store: await openEngineStore(JSON.parse(process.argv[2] as string) as EnginePlace),
  maxSessionBytes: 1_000_000,
  // Each cut is a 503, which the clients see.
  onError: () => {},
})
const server = createServer(toNodeListener(handler))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
// Whoever started it takes it along, killed or not.
process.once('disconnect', () => process.exit())
