// Reads the examples out of the docs and writes them to files.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One code block of a page of the docs that names its file. */
export interface Example {
  readonly page: string
  readonly file: string
  readonly code: string
}

const root = new URL('../../', import.meta.url)

/** Where the blocks are written, so that they are compiled and run as a user's files are. Not in git. */
export const folder = fileURLToPath(new URL('test/docs/.generated/', root))

const block = /```(?:ts|tsx|vue)\n(?:\/\/|<!--) ([\w-]+\.\w+(?:\.\w+)?)(?: -->)?\n([\s\S]*?)```/g

/** Reads the blocks of a page that begin with the name of their file. */
export function readExamples(page: string): Example[] {
  const text = readFileSync(new URL(page, root), 'utf8')
  return [...text.matchAll(block)].map(([, file = '', code = '']) => ({ page, file, code }))
}

/** The name that a block is written under: one that the test runner does not take for a test file of its own. */
export function toFile(file: string): string {
  return file.replace(/\.vue$/, '.vue.ts').replace(/\.test\.ts$/, '.example.ts')
}

/** Writes the blocks of a page into a folder of their own; returns its path. Of a Vue file the script is written. */
export function writeExamples(page: string): string {
  const target = `${folder}${page.replaceAll(/\W/g, '-')}/`
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const { file, code } of readExamples(page)) {
    const script = file.endsWith('.vue') ? (/<script[^>]*>\n([\s\S]*?)<\/script>/.exec(code)?.[1] ?? '') : code
    writeFileSync(target + toFile(file), script)
  }
  return target
}
