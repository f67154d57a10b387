// `npm start`: builds the shop and serves it from Node.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { buildShop, leaveWith } from './build-shop.ts'
import { root } from './doors.ts'

buildShop()
leaveWith(spawn(process.execPath, [join(root, 'examples/shop/server.ts'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }))
