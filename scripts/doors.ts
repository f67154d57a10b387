// Reads package.json: the entry points of the package and the files behind them. Used by scripts and tests; writes nothing.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json, without a slash at the end. */
export const root: string = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')

/** One entry point of the package: what an app can import, and the files behind it, relative to the root. */
export interface Door {
  /** `sojourn/react` */
  readonly specifier: string
  /** `src/react/index.ts` */
  readonly source: string
  /** `dist/src/react/index.js` */
  readonly file: string
  /** `dist/src/react/index.d.ts` */
  readonly types: string
}

interface Manifest {
  readonly name: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** What the scripts read of package.json. */
export const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The sources of the commands that the package installs. */
export const commands: readonly string[] = Object.values(manifest.bin).map(toSource)

/** Every entry point. package.json's `exports` is the only list of them; the build, the aliases of the tests and the checks read it here. */
export const doors: readonly Door[] = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === 'string'
    ? []
    : {
        specifier: manifest.name + subpath.slice(1),
        source: toSource(target.default),
        file: target.default.slice(2),
        types: target.types.slice(2),
      },
)

/** Aliases for Vite that make the public names lead to the sources, or to `dist` where the built package is to be tested. */
export function doorAliases(to: 'source' | 'file' = 'source'): { find: RegExp; replacement: string }[] {
  return doors.map((door) => ({ find: new RegExp(`^${door.specifier}$`), replacement: join(root, door[to]) }))
}

/** `src/react/index.ts` of `./dist/src/react/index.js`. */
function toSource(file: string): string {
  return file.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts')
}
