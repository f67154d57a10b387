// Starts Redis servers of their own for a test, alone or as a cluster of three. They never outlive this process.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPort, type Running, start } from '../../backends/process.ts'

const run = promisify(execFile)

/** A running Redis with an append-only file. */
export interface RedisProcess {
  readonly port: number
  command(...words: readonly string[]): Promise<string>
  /** Kills it with SIGKILL; `restart` brings it back on the same data. */
  kill(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts a Redis; `options` are further ones of its command line. */
export async function startRedisProcess(...options: readonly string[]): Promise<RedisProcess> {
  const port = await findPort()
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-redis-'))
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes', '--dir', folder, ...options]
  let server: Running | undefined
  const command = async (...words: readonly string[]): Promise<string> =>
    (await run('redis-cli', ['-p', String(port), ...words])).stdout.trim()

  async function boot(): Promise<void> {
    server = start('redis-server', args)
    const isUp = (): Promise<boolean> =>
      command('PING')
        .then((response) => response === 'PONG')
        .catch(() => false)
    while (!(await isUp())) {
      if (server.child.exitCode !== null) throw new Error(`Failed to start Redis: it ended with code ${server.child.exitCode}.`)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  async function kill(): Promise<void> {
    const running = server
    server = undefined
    running?.child.kill('SIGKILL')
    await running?.close()
  }

  await boot()
  return {
    port,
    command,
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

/** Starts three Redis servers that share the slots of a cluster; returns them once each knows that. */
export async function startRedisCluster(...options: readonly string[]): Promise<readonly RedisProcess[]> {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf']
  const nodes = await Promise.all([1, 2, 3].map(() => startRedisProcess(...cluster, ...options)))
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes'])
  for (const node of nodes) {
    while (!(await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok')) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return nodes
}
