// Sojourn's handler over memory or SQLite, as a server of the server suite. Runs in a process of its own.
import { createServer } from 'node:http'
import process from 'node:process'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { toNodeListener } from 'sojourn/server/node'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { listen } from '../lib/serve.ts'

// A file is SQLite's, its absence means memory.
const [, , path] = process.argv
const store = path === undefined ? createMemoryStore() : createSqliteStore({ path })
const keys = Array.from({ length: 1_000 }, (_, at) => `key-${at}`)
listen(createServer(toNodeListener(createSessionHandler({ store, keys }))))
