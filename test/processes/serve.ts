// The session server over one SQLite file, in a child process that a test can kill. Sends its port over the channel of fork().
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { createSessionHandler } from '../../src/server/index.ts'
import { toNodeListener } from '../../src/server/node.ts'
import { createSqliteStore } from '../../src/server/stores/sqlite.ts'

// The session server over one SQLite file, as a process of its own that a test can kill. Tells its port over the channel of fork().

const handler = createSessionHandler({
  keys: ['count', 'list', 'total', 'order', 'tabs'],
  store: createSqliteStore({ path: process.argv[2] as string }),
  maxSessionBytes: 1_000_000,
})
const server = createServer(toNodeListener(handler))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
// Whoever started it takes it along, killed or not.
process.once('disconnect', () => process.exit())
