// Runs a bench file in a fresh process and collects garbage between measurements.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The folder of the benches. */
export const root: string = join(import.meta.dirname, '..')

/**
 * Runs one file of the benches in a fresh process, with production code and a garbage collector that can be called.
 * Gives what it wrote as JSON.
 */
export async function runFresh<T>(file: string, args: readonly string[]): Promise<T> {
  const { stdout } = await run(process.execPath, ['--expose-gc', join(root, file), ...args], {
    env: { ...process.env, NODE_ENV: 'production' },
    maxBuffer: 2 ** 26,
    timeout: 100_000,
  })
  return JSON.parse(stdout)
}

/** Collects the garbage, so that nobody pays for what another one left: all of it, or what is young. */
export function collectGarbage(type: 'major' | 'minor' = 'major'): void {
  if (!globalThis.gc) throw new Error('Failed to collect the garbage: run node with --expose-gc.')
  void globalThis.gc({ type, execution: 'sync' })
}
