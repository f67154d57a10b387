// Starts a Redis for the tests. Never uses one that runs already.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { findPort, start } from './process.ts'

const run = promisify(execFile)

/** A running Redis that writes nothing to disk. */
export interface RedisServer {
  /** The URL of one of its databases. */
  url(database: number): string
  /** Runs a command in a database; its output. */
  command(database: number, ...words: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** Whether Redis is installed here. If CI is set it may not be missing. */
export function findRedis(): boolean {
  const isHere = hasServer()
  if (process.env.CI && !isHere)
    throw new Error('Failed to set up the tests: CI is set and Redis was not found. Run backends/django/scripts/install.')
  return isHere
}

function hasServer(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Starts a Redis; it never outlives this process. */
export async function startRedis(): Promise<RedisServer> {
  const port = await findPort()
  const directory = mkdtempSync(join(tmpdir(), 'sojourn-redis-'))
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory]
  const { child, close } = start('redis-server', options)
  const command = async (database: number, ...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('redis-cli', ['-p', String(port), '-n', String(database), ...words])
    return stdout.trim()
  }
  const isUp = (): Promise<boolean> =>
    command(0, 'PING').then(
      (response) => response === 'PONG',
      () => false,
    )
  while (!(await isUp())) {
    if (child.exitCode !== null) throw new Error(`Failed to start Redis: it ended with code ${child.exitCode}.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url: (database) => `redis://127.0.0.1:${port}/${database}`,
    command,
    async close() {
      await close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
