// Builds the library and the shop's page, and ties a server's life to this process. Called by start.ts and start-django.ts.
import { type ChildProcess, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './doors.ts'

/** Builds the library and the page of the shop, for whichever server then serves it; leaves with the exit code of what fails. */
export function buildShop(): void {
  run('Building the library…', 'node_modules/rollup/dist/bin/rollup', '-c', '--silent')
  run('Building the shop…', 'node_modules/vite/bin/vite.js', 'build', '--config', 'examples/shop/vite.config.ts', '--logLevel', 'warn')
}

/** Runs a tool of the project to its end. */
function run(title: string, file: string, ...args: readonly string[]): void {
  console.log(title)
  const { status } = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * Leaves when the server ends. A terminal sends Ctrl-C to both; what is sent to this process alone is passed on, so that no server stays behind:
 * as SIGTERM, since gunicorn takes a SIGHUP for a wish to start again.
 */
export function leaveWith(server: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => server.kill())
  server.on('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 1)))
}
