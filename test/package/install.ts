// Packs the package and installs it in an empty app, once for all tests of this folder.
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { root } from '../../scripts/doors.ts'
import { run } from './run.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed package. */
    readonly tarball: string
    /** An app with nothing but the package and what it asks for installed. */
    readonly app: string
  }
}

/** What an app installs next to the package, in the versions that this repository tests with. */
const companions = ['@types/node', '@types/react', 'msw', 'react', 'typescript', 'vite', 'vue', 'zod']

function installedVersion(name: string): string {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
}

async function must(...command: Parameters<typeof run>): Promise<void> {
  const { code, output } = await run(...command)
  if (code !== 0) throw new Error(`Failed to run ${command.slice(1).join(' ')}:\n${output}`)
}

/** Packs the package as npm would publish it and installs it in an empty app; once for all the tests of this folder. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-package-'))
  const app = join(folder, 'app')
  cpSync(join(root, 'test/package/app'), app, { recursive: true })
  await must(root, 'npm', 'pack', '--ignore-scripts', '--pack-destination', folder)
  const tarball = join(folder, globSync('*.tgz', { cwd: folder })[0] ?? '')
  const dependencies = Object.fromEntries(companions.map((name) => [name, installedVersion(name)]))
  const manifest = { name: 'app', private: true, type: 'module', dependencies: { ...dependencies, sojourn: `file:${tarball}` } }
  writeFileSync(join(app, 'package.json'), JSON.stringify(manifest, null, 2))
  await must(app, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts')
  provide('tarball', tarball)
  provide('app', app)
  return () => rmSync(folder, { recursive: true, force: true })
}
