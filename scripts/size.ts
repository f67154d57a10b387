// `npm run size`: bundles what an app imports, prints each size after minifying and brotli, and fails above a budget. Needs the built
// package.
import { existsSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import process from 'node:process'
import { brotliCompressSync } from 'node:zlib'
import { type BuildResult, build, type Plugin } from 'esbuild'
import { doors, root } from './doors.ts'

/** What an app writes, and what of it counts. */
interface UseCase {
  readonly title: string
  readonly code: string
  /** Packages that the app pays for anyway. */
  readonly external?: readonly string[]
  /** Only files under this folder count; what they import of ours is in the app already. */
  readonly only?: string
  /** Most bytes after minifying and brotli. */
  readonly budgetBytes?: number
}

const client = `export { createSessionClient, isSessionError } from 'sojourn'`
const fetchClient = `export { createSessionClient } from 'sojourn/fetch'; export { isSessionError } from 'sojourn'`
const zod = ['zod', 'zod/*']

const useCases: readonly UseCase[] = [
  { title: 'client over fetch, without zod', code: fetchClient, external: zod, budgetBytes: 26_900 },
  { title: 'client over ky, without zod', code: client, external: zod },
  { title: 'binding for React', code: `export * from 'sojourn/react'`, external: ['react'], only: 'dist/src/react', budgetBytes: 1024 },
  { title: 'binding for Vue', code: `export * from 'sojourn/vue'`, external: ['vue'], only: 'dist/src/vue', budgetBytes: 1024 },
  { title: 'live updates', code: `export * from 'sojourn/live'`, only: 'dist/src/live', budgetBytes: 2600 },
  { title: 'journal', code: `export * from 'sojourn/persist'`, only: 'dist/src/persist', budgetBytes: 8200 },
  { title: `import 'sojourn' and nothing of it`, code: `import 'sojourn'`, budgetBytes: 1 },
]

/** Leaves the package's files outside `folder` out of the bundle. */
function countOnly(folder: string): Plugin {
  return {
    name: 'count-only',
    setup(bundler) {
      bundler.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) =>
        join(resolveDir, path).startsWith(join(root, folder) + sep) ? undefined : { path, external: true },
      )
    },
  }
}

/** Returns what is wrong if an app over fetch pays for ky. */
async function foreignKy(): Promise<string | null> {
  const { metafile } = await bundle(fetchClient, zod)
  const found = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .find(([path, { bytesInOutput }]) => path.includes('/ky/') && bytesInOutput > 0)
  return found ? `An app with sojourn/fetch bundles ${found[0]}` : null
}

/** Bundles `code` as an app's bundler would, against the built package. */
function bundle(code: string, external: readonly string[] = [], only?: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: [...external],
    plugins: only ? [countOnly(only)] : [],
    // A bare import that brings nothing in is what one of the cases is there to show.
    logOverride: { 'ignored-bare-import': 'silent' },
    define: { 'process.env.NODE_ENV': '"production"' },
    // The paths of tsconfig.json would lead to the sources.
    tsconfigRaw: {},
    write: false,
    metafile: true,
  })
}

interface Measured {
  readonly row: readonly string[]
  readonly bytes: number
  readonly isOver: boolean
}

async function measure({ title, code, external, only, budgetBytes }: UseCase): Promise<Measured> {
  const { outputFiles } = await bundle(code, external, only)
  const contents = outputFiles[0]?.contents ?? new Uint8Array()
  const bytes = contents.length === 0 ? 0 : brotliCompressSync(contents).length
  const isOver = budgetBytes !== undefined && bytes > budgetBytes
  return { row: [title, `${contents.length}`, `${bytes}`, `${budgetBytes ?? ''}`, isOver ? 'OVER' : ''], bytes, isOver }
}

/** The folder of zod that an app written with `flavour` must not pull in, in the bundle all the same. */
async function foreignZod(flavour: 'zod' | 'zod/mini', foreign: string): Promise<string | null> {
  const code = `import * as z from '${flavour}'
    import { createSessionClient } from 'sojourn'
    export const session = createSessionClient({ url: '/session', schema: z.object({ theme: z.string() }) })`
  const { metafile } = await bundle(code)
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const found = inputs.find(([path, { bytesInOutput }]) => path.includes(foreign) && bytesInOutput > 0)
  return found ? `An app with ${flavour} bundles ${found[0]}` : null
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of rows) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
    console.log(cells.join('  ').trimEnd())
  }
}

const missing = doors.filter(({ file }) => !existsSync(join(root, file)))
if (missing.length > 0) throw new Error(`Failed to measure: ${missing[0]?.file} is missing. Run npm run build.`)

const measured = await Promise.all(useCases.map(measure))
printTable([['bundle', 'minified', 'brotli', 'budget', ''], ...measured.map(({ row }) => row)])

/** What the README says of the sizes, if it is less than what was measured, or much more. */
function falseReadme(all: readonly Measured[]): string | null {
  const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ')
  const said = /The client is ([\d.]+) kB over fetch and ([\d.]+) kB over ky \(minified, brotli\), a framework binding ([\d.]+) kB/
    .exec(readme)
    ?.slice(1)
    .map(Number)
  const [client = 0, withKy = 0, ...bindings] = all.slice(0, 4).map(({ bytes }) => bytes / 1000)
  const measured = [client, withKy, Math.max(...bindings)]
  const isTrue = said && measured.every((size, at) => size <= (said[at] ?? 0) && size > (said[at] ?? 0) - 0.3)
  return isTrue ? null : `README.md says ${said?.join(', ')} kB, measured are ${measured.join(', ')}`
}

const faults = await Promise.all([
  foreignZod('zod', '/zod/v4/mini/'),
  foreignZod('zod/mini', '/zod/v4/classic/'),
  foreignKy(),
  falseReadme(measured),
])
for (const fault of faults) if (fault) console.log(fault)

process.exitCode = measured.some(({ isOver }) => isOver) || faults.some((fault) => fault !== null) ? 1 : 0
