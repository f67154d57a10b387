// The shop as a process of its own that a test can kill: two-shops.ts starts it with the store and the page's folder, and is sent its URL.
import process from 'node:process'
import { startShop } from '../../examples/shop/server/start-shop.ts'

const [store = '', pageFolder = ''] = process.argv.slice(2)
const shop = await startShop({ store, pageFolder, host: '127.0.0.1', port: 0 })
process.send?.(shop.url)
// Whoever started it takes it along, killed or not.
process.once('disconnect', () => process.exit())
