// Configures the test projects and reports which of them this machine cannot run.
import { join } from 'node:path'
import process from 'node:process'
import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'
import { doorAliases, root } from './scripts/doors.ts'
import { findDjangos } from './test/backends/django-server.ts'
import { findRedis } from './test/backends/redis.ts'
import { findChromium } from './test/browser/chromium.ts'
import { findMissingEngines, testedEngines } from './test/engines/find-engines.ts'
import { findRecipes } from './test/recipes/find-recipes.ts'
import { findPostgres } from './test/server/engines/postgres-server.ts'

const hasChromium = findChromium() !== undefined
if (process.env.CI && !hasChromium) throw new Error('Failed to set up the tests: CI is set and no Chromium was found. Set CHROMIUM_PATH.')
if (process.env.CI && findMissingEngines().length > 0) {
  throw new Error(`Failed to set up the tests: CI is set, and these engines were not found: ${findMissingEngines().join(', ')}.`)
}
if (process.env.CI) {
  // Both say what is missing, and CI may leave nothing out.
  findDjangos()
  findRedis()
  findPostgres()
  findRecipes()
}

/** Says at the end which tests this machine cannot run, so that a green run is not taken for all of them. */
const skippedReporter: Reporter = {
  onTestRunEnd() {
    if (!hasChromium) process.stdout.write('\nSKIPPED: test/browser (no Chromium found; install it or set CHROMIUM_PATH)\n')
    else if (findDjangos().length === 0) {
      process.stdout.write('\nSKIPPED: test/browser/shop-django (Django or gunicorn not found; run backends/django/scripts/install)\n')
    }
    if (!findRedis()) process.stdout.write('\nSKIPPED: test/server/engines/redis-store (redis-server not found)\n')
    if (!findPostgres()) process.stdout.write('\nSKIPPED: test/server/engines/postgres-store (PostgreSQL not found)\n')
    if (!findRecipes()) process.stdout.write('\nSKIPPED: test/recipes (run npm install in examples/recipes)\n')
    const missing = findMissingEngines()
    if (missing.length > 0) process.stdout.write(`\nSKIPPED: test/engines in ${missing.join(' and ')} (not found on this machine)\n`)
    if (findDjangos().length < 2 || !findRedis()) {
      process.stdout.write(
        '\nSKIPPED: test/backends, on Django itself (Django, gunicorn or Redis not found; run backends/django/scripts/install)\n',
      )
    }
  },
}

const setupFiles = [join(root, 'test/setup.ts')]

/** Bounds a failure only: a machine may be slow. */
const testTimeout = 20_000

const node = {
  name: 'node',
  setupFiles,
  testTimeout,
  include: ['test/**/*.test.{ts,tsx}'],
  exclude: ['test/**/*.dom.test.{ts,tsx}', 'test/browser/**', 'test/engines/**', 'test/package/**'],
  typecheck: {
    enabled: true,
    checker: join(root, 'node_modules/typescript/bin/tsc'),
    tsconfig: './tsconfig.json',
    include: ['test/**/*.test-d.{ts,tsx}'],
  },
}

const happyDom = { name: 'happy-dom', setupFiles, testTimeout, environment: 'happy-dom', include: ['test/**/*.dom.test.{ts,tsx}'] }

/** Drives a real Chromium from Node. The files run one after the other: each starts a browser and a server. */
const chromium = {
  name: 'chromium',
  setupFiles,
  include: ['test/browser/**/*.test.ts'],
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // How long a condition is waited for. It only bounds a failure: a machine may be slow.
  expect: { poll: { timeout: 20_000 } },
}

/** Drives Chromium, Firefox and WebKit, one after the other, through the same tests. */
const engines = { ...chromium, name: 'engines', include: ['test/engines/**/*.test.ts'] }

const projects = [node, happyDom, ...(hasChromium ? [chromium] : []), ...(testedEngines.length > 0 ? [engines] : [])]

export default defineConfig({
  /** Tests import the package by its public names. With SOJOURN_DIST they lead to the built package: the same tests prove the build. */
  resolve: { alias: doorAliases(process.env.SOJOURN_DIST ? 'file' : 'source') },
  test: {
    reporters: ['default', skippedReporter],
    projects: projects.map((test) => ({ extends: true, test })),
  },
})
