// Serves the reference handler with its control URL, and prints the arguments for `sojourn conformance`; run `npm run build` before. A
// path as argument keeps the sessions in SQLite there.
import process from 'node:process'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { startServer } from './server.ts'

const checkKeys = { keys: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], readOnly: ['plan'] }

const path = process.argv[2]
const { url, control } = await startServer({
  checkKeys,
  ...(path !== undefined && { createStore: (now) => createSqliteStore({ path, now }) }),
})
process.stdout.write(`${url} --keys ${checkKeys.keys} --read-only ${checkKeys.readOnly} --control ${control}\n`)
