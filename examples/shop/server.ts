import { join } from 'node:path'
import process from 'node:process'
import { startShop } from './server/start-shop.ts'

/**
 * The shop of `npm start`. From the environment: HOST, PORT (the next free one where it is taken; 0 for any),
 * SHOP_DATABASE (the SQLite file), and TRUST_PROXY=1 behind a proxy that ends TLS.
 */
const folder = import.meta.dirname
const { HOST = '127.0.0.1', PORT = '5170', SHOP_DATABASE = join(folder, 'shop.sqlite'), TRUST_PROXY } = process.env

const shop = await startShop({
  databasePath: SHOP_DATABASE,
  pageFolder: join(folder, 'dist'),
  host: HOST,
  port: Number(PORT),
  trustProxy: TRUST_PROXY === '1',
})
console.log(`\nThe shop is open:  ${shop.url}\nSessions are kept in ${SHOP_DATABASE}. Ctrl-C closes the shop.\n`)

let isClosing = false
async function close(): Promise<void> {
  // A terminal's Ctrl-C comes twice: from the terminal and from npm.
  if (isClosing) return
  isClosing = true
  await shop.close()
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, close)
