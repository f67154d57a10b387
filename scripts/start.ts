import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './doors.ts'

const shop = 'examples/shop'

/** Runs a tool of the project to its end; leaves with its exit code if it fails. */
function run(title: string, file: string, ...args: readonly string[]): void {
  console.log(title)
  const { status } = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}

run('Building the library…', 'node_modules/rollup/dist/bin/rollup', '-c', '--silent')
run('Building the shop…', 'node_modules/vite/bin/vite.js', 'build', '--config', `${shop}/vite.config.ts`, '--logLevel', 'warn')

const server = spawn(process.execPath, [join(root, shop, 'server.ts')], { cwd: root, stdio: 'inherit' })
// A terminal sends Ctrl-C to both; what is sent to this process alone is passed on, so that no server stays behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 1)))
