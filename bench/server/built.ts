// The session handler of one build, as a server of compare.ts. Runs in a process of its own.
import { createServer } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { listen } from '../lib/serve.ts'

// The folder of a build; a file is SQLite's, its absence means memory.
const [, , dist = '', path] = process.argv
const load = (file: string) => import(join(dist, 'src/server', file))
const [{ createMemoryStore, createSessionHandler }, { toNodeListener }, { createSqliteStore }] = await Promise.all(
  ['index.js', 'node.js', 'stores/sqlite.js'].map(load),
)
const store = path === undefined ? createMemoryStore() : createSqliteStore({ path })
const keys = Array.from({ length: 1_000 }, (_, at) => `key-${at}`)
listen(createServer(toNodeListener(createSessionHandler({ store, keys }))))
