// The server of `npm start`. `--store redis://…`, `--store postgres://…` or `--store file.sqlite` selects the store. Environment: HOST,
// PORT (the next free one if it is taken; 0 for any), SHOP_DATABASE (the SQLite file), and TRUST_PROXY=1 behind a proxy that ends TLS.
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { startShop } from './server/start-shop.ts'

const folder = import.meta.dirname
const { HOST = '127.0.0.1', PORT = '5170', SHOP_DATABASE = join(folder, 'shop.sqlite'), TRUST_PROXY } = process.env

const { values } = parseArgs({ options: { store: { type: 'string', default: SHOP_DATABASE } } })

const shop = await startShop({
  store: values.store,
  pageFolder: join(folder, 'dist'),
  host: HOST,
  port: Number(PORT),
  trustProxy: TRUST_PROXY === '1',
})
console.log(`\nThe shop is open:  ${shop.url}\nSessions are kept in ${hidePassword(values.store)}. Ctrl-C closes the shop.\n`)

let isClosing = false
async function close(): Promise<void> {
  // A terminal's Ctrl-C comes twice: from the terminal and from npm.
  if (isClosing) return
  isClosing = true
  await shop.close()
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close)

/** Never prints a password of a URL. */
function hidePassword(store: string): string {
  return store.replace(/:[^:@/]*@/, ':…@')
}
