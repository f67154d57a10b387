// Lists the framework bindings of the size suite, each counted without the client.
import { join, sep } from 'node:path'
import type { Plugin } from 'esbuild'
import { root } from '../lib/child.ts'
import type { SizeCase } from './cases.ts'

/** A binding counts alone: what it imports of the client is on the page already. */
export interface Binding extends SizeCase {
  readonly folder: string
}

/** The bindings for the frameworks. */
export const bindings: readonly Binding[] = ['react', 'vue'].map((name) => ({
  title: `sojourn/${name}`,
  code: `export * from 'sojourn/${name}'`,
  external: [name],
  folder: `dist/src/${name}`,
  wantedBytes: 800,
}))

/** Leaves the package's files outside `folder` out of the bundle. */
export function countOnly(folder: string): Plugin {
  const counted = join(root, 'node_modules/sojourn', folder) + sep
  return {
    name: 'count-only',
    setup(bundler) {
      bundler.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) =>
        join(resolveDir, path).startsWith(counted) ? undefined : { path, external: true },
      )
    },
  }
}
