// The reference handler with its control URL, for the command `sojourn conformance`; run `npm run build` before. A path as argument keeps the sessions in SQLite there.
import process from 'node:process'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { startServer } from './server.ts'

const path = process.argv[2]
const { url, control } = await startServer(path === undefined ? {} : { createStore: (now) => createSqliteStore({ path, now }) })
process.stdout.write(`${url} --control ${control}\n`)
