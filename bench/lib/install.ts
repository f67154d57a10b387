// Installs the built package for the benches, next to the contenders.
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.ts'

/** Puts the built package next to the peers, as npm would install it: measured is what users get, whoever builds meanwhile. */
export function installBuild(): void {
  const from = join(root, '..')
  const to = join(root, 'node_modules/sojourn')
  if (!existsSync(join(from, 'dist/src/index.js'))) throw new Error('Failed to install the built package: run npm run build.')
  rmSync(to, { recursive: true, force: true })
  for (const name of ['package.json', 'dist']) cpSync(join(from, name), join(to, name), { recursive: true })
  // Its own dependencies go inside, since a peer may have brought another version of one.
  const { dependencies } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    cpSync(join(from, 'node_modules', name), join(to, 'node_modules', name), { recursive: true })
  }
}
