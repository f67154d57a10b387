// `npm run bench -- size`: bundles each contender, compresses it and prints the table.
import { brotliCompressSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'
import { root } from '../lib/child.ts'
import { formatKb } from '../lib/format.ts'
import { printTable } from '../lib/table.ts'
import { bindings, countOnly } from './bindings.ts'
import { cases, type SizeCase } from './cases.ts'

/** What one case takes on the page. */
export interface Size {
  readonly title: string
  readonly minifiedBytes: number
  readonly brotliBytes: number
  readonly wantedBytes?: number
}

async function measure({ title, code, external, wantedBytes }: SizeCase, plugins: Plugin[]): Promise<Size> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: [...external],
    plugins,
    define: { 'process.env.NODE_ENV': '"production"' },
    tsconfigRaw: {},
    write: false,
  })
  const contents = outputFiles[0]?.contents ?? new Uint8Array()
  const brotliBytes = brotliCompressSync(contents).length
  return { title, minifiedBytes: contents.length, brotliBytes, ...(wantedBytes && { wantedBytes }) }
}

/** Bundles each contender as an app's bundler would and compresses it as a server would. */
export async function runSize(): Promise<readonly Size[]> {
  const sizes = await Promise.all([
    ...cases.map((each) => measure(each, [])),
    ...bindings.map((each) => measure(each, [countOnly(each.folder)])),
  ])
  printTable(
    'Bytes on the page, in thousands',
    ['', 'minified', 'and brotli', 'wanted'],
    sizes.map(({ title, minifiedBytes, brotliBytes, wantedBytes }) => [
      title,
      formatKb(minifiedBytes),
      formatKb(brotliBytes),
      wantedBytes ? formatKb(wantedBytes) : '',
    ]),
  )
  return sizes
}
