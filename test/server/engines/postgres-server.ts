// Starts a PostgreSQL of its own for a test, on a free loopback port. It never outlives this process.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { findPort, type Running, start } from '../../backends/process.ts'

/** A running PostgreSQL. */
export interface PostgresServer {
  readonly port: number
  /** Kills it as a crash does, and starts it on the same data. */
  restart(): Promise<void>
  /** Kills it; `restart` brings it back. */
  kill(): Promise<void>
  close(): Promise<void>
}

const folderOf = (): string | undefined => globSync('/usr/lib/postgresql/*/bin').sort().at(-1)

/** Returns whether PostgreSQL is installed here. If CI is set it has to be. */
export function findPostgres(): boolean {
  const isHere = folderOf() !== undefined
  if (process.env.CI && !isHere) throw new Error('Failed to set up the tests: CI is set and PostgreSQL was not found. Install postgresql.')
  return isHere
}

/** PostgreSQL refuses to run as root: root becomes the user that its package made. */
function asServerUser(): readonly string[] {
  return process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'] : []
}

function idOf(flag: string): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
}

/** Starts a server with an empty database `postgres`, user `postgres`, no password. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = folderOf() as string
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-postgres-'))
  chmodSync(folder, 0o755)
  const prefix = asServerUser()
  if (prefix.length > 0) chownSync(folder, idOf('-u'), idOf('-g'))
  const data = join(folder, 'data')
  const run = (program: string, args: readonly string[]): Running => {
    const [command = '', ...rest] = [...prefix, join(bin, program), ...args]
    return start(command, rest)
  }
  const made = run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8'])
  await new Promise((resolve) => made.child.once('exit', resolve))
  if (!existsSync(join(data, 'PG_VERSION'))) throw new Error('Failed to start PostgreSQL: initdb failed.')
  const port = await findPort()
  let server: Running | undefined

  async function boot(): Promise<void> {
    server = run('postgres', ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=60'])
    const isUp = (): boolean => spawnSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0
    while (!isUp()) {
      if (server.child.exitCode !== null) throw new Error(`Failed to start PostgreSQL: it ended with code ${server.child.exitCode}.`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** SIGQUIT ends it at once without writing what is in memory, and takes its children along, which SIGKILL would not. */
  async function kill(): Promise<void> {
    const running = server
    server = undefined
    if (!running) return
    const gone = new Promise((resolve) => running.child.once('exit', resolve))
    running.child.kill('SIGQUIT')
    await gone
    await running.close()
  }

  await boot()
  return {
    port,
    kill,
    restart: async () => {
      await kill()
      await boot()
    },
    close: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
