// Holds that imports go one way through the layers, that files stay short, and that there is no cycle.
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseSync, Visitor } from 'vite'
import { describe, expect, test } from 'vitest'
import { doors, root } from '../scripts/doors.ts'

const maxLines = 250

/** Lowest first: a file may import from its own layer and from those before it. */
const layers = ['errors', 'protocol', 'platform', 'schema', 'merge', 'cache', 'transport', 'sync', 'client']

/** Layers next to that order, with all that each may import. A layer named nowhere here may import nothing, which says so. */
const apart: Readonly<Record<string, readonly string[]>> = {
  index: layers,
  fetch: layers,
  live: layers,
  persist: layers,
  react: layers,
  vue: layers,
  server: ['errors', 'protocol', 'schema', 'merge'],
  conformance: ['errors', 'protocol'],
  command: ['errors', 'protocol', 'schema', 'conformance'],
  mocks: ['errors', 'protocol', 'schema', 'server'],
}

/** The packages that each layer may import, types aside; `node:` modules are the server's and the command's alone. */
const packages: Readonly<Record<string, readonly string[]>> = {
  schema: ['zod/v4/core'],
  transport: ['ky'],
  react: ['react'],
  vue: ['vue'],
  server: ['cookie', '@remix-run/node-fetch-server', 'node:'],
  conformance: ['cookie', 'node:'],
  command: ['node:', '(computed)'],
  mocks: ['msw', 'cookie'],
}

/** Packages whose types, and nothing else, may be named. */
const typePackages: Readonly<Record<string, readonly string[]>> = {
  client: ['zod/v4/core', 'ky'],
  index: ['zod/v4/core'],
  react: ['zod/v4/core'],
  vue: ['zod/v4/core'],
  server: ['zod/v4/core'],
  command: ['zod/v4/core'],
  mocks: ['zod/v4/core', 'zod'],
}

interface Import {
  readonly specifier: string
  readonly isType: boolean
}

interface SourceFile {
  readonly path: string
  readonly layer: string
  readonly lines: number
  readonly imports: readonly Import[]
}

/** `src/cache/merge.ts` is of the layer `cache`, `mocks/page.ts` of `mocks`, `src/index.ts` of `index`. */
function layerOf(path: string): string {
  const [top, folder = ''] = path.split('/')
  return top === 'src' ? folder.replace(/\.tsx?$/, '') : (top ?? '')
}

/** Every module that the code names: imports, exports from, `import()`, and `import('./x.ts').T` in types. */
function importsOf(path: string, code: string): Import[] {
  const { program, module, errors } = parseSync(path, code)
  if (errors.length > 0) throw new Error(`Failed to parse ${path}: ${errors[0]?.message}`)
  const statics = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    isType: entries.length > 0 && entries.every((entry) => entry.isType),
  }))
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) => (moduleRequest ? { specifier: moduleRequest.value, isType } : [])),
  )
  const expressions: Import[] = []
  new Visitor({
    ImportExpression: ({ source }) => {
      expressions.push({ specifier: source.type === 'Literal' ? String(source.value) : '(computed)', isType: false })
    },
    TSImportType: ({ source }) => {
      expressions.push({ specifier: source.value, isType: true })
    },
  }).visit(program)
  return [...statics, ...reexports, ...expressions]
}

function readSource(path: string, code: string = readFileSync(join(root, path), 'utf8')): SourceFile {
  return { path, layer: layerOf(path), lines: code.trimEnd().split('\n').length, imports: importsOf(path, code) }
}

function mayImport(from: string, to: string): boolean {
  return from === to || (apart[from] ?? layers.slice(0, layers.indexOf(from) + 1)).includes(to)
}

function isAllowedPackage(layer: string, { specifier, isType }: Import): boolean {
  const allowed = [...(packages[layer] ?? []), ...(isType ? (typePackages[layer] ?? []) : [])]
  return allowed.some((name) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`))
}

/** What is wrong with one import; null if nothing is. */
function faultOf({ path, layer }: SourceFile, imported: Import): string | null {
  const { specifier } = imported
  if (!specifier.startsWith('.')) return isAllowedPackage(layer, imported) ? null : `${path} imports the package ${specifier}`
  const target = posix.join(posix.dirname(path), specifier)
  if (!/\.tsx?$/.test(target)) return `${path} imports ${specifier} without its extension`
  if (!mayImport(layer, layerOf(target))) return `${path} (${layer}) imports ${target} (${layerOf(target)})`
  // The mocks use the server as an app does, by its door; inside src a barrel would tie every file to every other.
  if (target.endsWith('/index.ts') && layer !== 'mocks') return `${path} imports the barrel ${target}`
  return null
}

/** The files of one import cycle, the first one again at the end; empty if there is none. */
function findCycle(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return []
    for (const { specifier } of byPath.get(path)?.imports ?? []) {
      const cycle = specifier.startsWith('.') ? visit(posix.join(posix.dirname(path), specifier), [...trail, path]) : []
      if (cycle.length > 0) return cycle
    }
    done.add(path)
    return []
  }
  for (const { path } of files) {
    const cycle = visit(path, [])
    if (cycle.length > 0) return cycle
  }
  return []
}

const sources = globSync(['src/**/*.{ts,tsx}', 'mocks/**/*.{ts,tsx}'], { cwd: root }).map((path) => readSource(path.replaceAll('\\', '/')))

describe('the sources', () => {
  test('every file belongs to a layer', () => {
    const known = [...layers, ...Object.keys(apart)]
    expect(sources.filter(({ layer }) => !known.includes(layer)).map(({ path }) => path)).toEqual([])
  })

  test('imports go down the layers, to files and to the packages of their layer', () => {
    expect(sources.flatMap((file) => file.imports.map((imported) => faultOf(file, imported)).filter((fault) => fault !== null))).toEqual([])
  })

  test('no file imports itself through others', () => {
    expect(findCycle(sources)).toEqual([])
  })

  test(`no file is longer than ${maxLines} lines`, () => {
    expect(sources.filter(({ lines }) => lines > maxLines).map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([])
  })

  test('one file alone imports ky', () => {
    const values = sources.filter(({ imports }) => imports.some(({ specifier, isType }) => specifier === 'ky' && !isType))
    expect(values.map(({ layer }) => layer)).toEqual(['transport'])
  })

  test('barrels are doors: they only pass on names', () => {
    const barrels = doors.filter(({ source }) => source.endsWith('/index.ts')).map(({ source }) => source)
    for (const path of barrels) {
      const { program } = parseSync(path, readFileSync(join(root, path), 'utf8'))
      expect(new Set(program.body.map(({ type }) => type)), path).toEqual(new Set(['ExportNamedDeclaration']))
    }
  })
})

describe('the check', () => {
  test.each([
    ['src/cache/a.ts', `import type { A } from '../errors/a.ts'`, null],
    ['src/cache/a.ts', `import type { A } from '../client/a.ts'`, 'src/cache/a.ts (cache) imports src/client/a.ts (client)'],
    ['src/cache/a.ts', `export { A } from '../sync/a.ts'`, 'src/cache/a.ts (cache) imports src/sync/a.ts (sync)'],
    ['src/cache/a.ts', `type A = import('../sync/a.ts').A`, 'src/cache/a.ts (cache) imports src/sync/a.ts (sync)'],
    ['src/errors/a.ts', `const a = await import('../cache/a.ts')`, 'src/errors/a.ts (errors) imports src/cache/a.ts (cache)'],
    ['src/server/a.ts', `import { A } from '../schema/a.ts'`, null],
    ['src/server/a.ts', `import { A } from '../cache/a.ts'`, 'src/server/a.ts (server) imports src/cache/a.ts (cache)'],
    ['src/conformance/a.ts', `import { A } from '../server/a.ts'`, 'src/conformance/a.ts (conformance) imports src/server/a.ts (server)'],
    ['src/react/a.ts', `import { A } from '../vue/a.ts'`, 'src/react/a.ts (react) imports src/vue/a.ts (vue)'],
    ['mocks/a.ts', `import { A } from '../src/server/a.ts'`, null],
    ['mocks/a.ts', `import { A } from '../src/client/a.ts'`, 'mocks/a.ts (mocks) imports src/client/a.ts (client)'],
    ['src/react/a.ts', `import { A } from '../index.ts'`, 'src/react/a.ts (react) imports src/index.ts (index)'],
    ['mocks/a.ts', `import { A } from '../src/server/index.ts'`, null],
    ['src/react/a.ts', `import { A } from './index.ts'`, 'src/react/a.ts imports the barrel src/react/index.ts'],
    ['src/cache/a.ts', `import { A } from './a'`, 'src/cache/a.ts imports ./a without its extension'],
    ['src/sync/a.ts', `import ky from 'ky'`, 'src/sync/a.ts imports the package ky'],
    ['src/client/a.ts', `import type { $ZodType } from 'zod/v4/core'`, null],
    ['src/client/a.ts', `import { safeEncode } from 'zod/v4/core'`, 'src/client/a.ts imports the package zod/v4/core'],
    ['src/server/a.ts', `import { createHmac } from 'node:crypto'`, null],
    ['src/client/a.ts', `import { randomBytes } from 'node:crypto'`, 'src/client/a.ts imports the package node:crypto'],
    ['src/cache/a.ts', `/** import { A } from '../client/a.ts' */`, undefined],
  ])('%s: %s', (path, code, fault) => {
    const file = readSource(path, code)
    expect(file.imports[0] && faultOf(file, file.imports[0])).toBe(fault)
  })

  test('a cycle of three files is found, through types too', () => {
    const files = [
      readSource('src/cache/a.ts', `import { b } from './b.ts'`),
      readSource('src/cache/b.ts', `import type { C } from './c.ts'`),
      readSource('src/cache/c.ts', `export { a } from './a.ts'`),
    ]
    expect(findCycle(files)).toEqual(['src/cache/a.ts', 'src/cache/b.ts', 'src/cache/c.ts', 'src/cache/a.ts'])
  })
})
