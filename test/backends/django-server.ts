// Starts the test project of backends/django under gunicorn and finds the installed Django versions. Never outlives the test process.
import { type ChildProcess, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { findPort, start } from './process.ts'

const folder = fileURLToPath(new URL('../../backends/django/', import.meta.url))

/** A running gunicorn with the test project of backends/django. */
export interface DjangoServer {
  readonly origin: string
  /** Where its database and its session files are. */
  readonly directory: string
  close(): Promise<void>
}

/** Which Django versions are installed here. Where CI is set none may be missing. */
export function findDjangos(): readonly ('3.2' | 'later')[] {
  const found = [
    ...(hasModules() ? (['3.2'] as const) : []),
    ...(hasModules() && existsSync(join(folder, '.later')) ? (['later'] as const) : []),
  ]
  if (process.env.CI && found.length < 2) {
    throw new Error('Failed to set up the tests: CI is set and Django was not found. Run backends/django/scripts/install.')
  }
  return found
}

function hasModules(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import django, gunicorn, redis, django_redis'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Starts the test project on a session engine, in a folder of its own; it never outlives this process. `redis` is the URL of its cache. */
export async function startDjango(django: '3.2' | 'later', engine: string, redis = ''): Promise<DjangoServer> {
  const port = await findPort()
  const directory = mkdtempSync(join(tmpdir(), 'sojourn-django-'))
  const env = {
    ...process.env,
    DJANGO: django,
    WORKERS: '2',
    SOJOURN_TEST_DIR: directory,
    SOJOURN_TEST_ENGINE: engine,
    SOJOURN_TEST_REDIS: redis,
  }
  const { child, close } = start(join(folder, 'scripts/serve'), [String(port)], env)
  const origin = `http://127.0.0.1:${port}`
  await answers(`${origin}/untouched`, child)
  return {
    origin,
    directory,
    async close() {
      await close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Waits until the server that a process starts answers; rejects if the process ends instead. */
export async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Failed to start Django: it ended with code ${child.exitCode}.`)
}
