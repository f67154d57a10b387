// `npm run start:django`: builds the shop and serves it from Django at a free port. Installs nothing but npm packages.
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { buildShop, leaveWith } from './build-shop.ts'
import { root } from './doors.ts'

/** How many ports are tried, one after the other. */
const maxPorts = 20
const { HOST = '127.0.0.1', PORT = '5180', PYTHON = '/usr/bin/python3' } = process.env

/** The port, or the next one that is free; 0 stands for any. */
async function findPort(first: number): Promise<number> {
  for (let port = first; port < first + maxPorts; port++) {
    const found = await tryPort(port)
    if (found !== undefined) return found
  }
  throw new Error(`Failed to start the shop: the ports from ${first} on are taken. Set PORT.`)
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    probe.listen(port, HOST, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}

if (spawnSync(PYTHON, ['-c', 'import django, gunicorn'], { stdio: 'ignore' }).status !== 0) {
  console.error(`${PYTHON} has no Django or no gunicorn. This installs them:  backends/django/scripts/install`)
  process.exit(1)
}
buildShop()
const env = { ...process.env, HOST, PORT: String(await findPort(Number(PORT))), PYTHON }
leaveWith(spawn(join(root, 'examples/shop-django/serve'), { env, stdio: 'inherit' }))
