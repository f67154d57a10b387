// Builds the package: strips the types file by file, so that dist mirrors src and mocks, and writes the declarations.
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, relative } from 'node:path'
import { transform } from 'esbuild'
import { commands, doors, manifest, root } from './scripts/doors.ts'

const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]

/** What stays an import: Node's own modules and the packages that an app installs. */
function isExternal(specifier) {
  return isBuiltin(specifier) || packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
}

/** Strips the types, file by file, as the sources allow (`erasableSyntaxOnly`, `isolatedModules`). */
function stripTypes() {
  return {
    name: 'strip-types',
    async transform(code, file) {
      const loader = file.endsWith('.tsx') ? 'tsx' : 'ts'
      const result = await transform(code, { loader, sourcefile: file, sourcemap: true, target: 'es2022', jsx: 'automatic' })
      return { code: result.code, map: result.map }
    },
  }
}

/** Removes the last build just before the new one is written, so that a build that fails leaves the old one alone. */
function cleanDist() {
  return {
    name: 'clean-dist',
    generateBundle() {
      rmSync(join(root, 'dist'), { recursive: true, force: true })
    },
  }
}

/** Has the compiler write the declarations next to the JavaScript, and makes their imports name the files that are published. */
function writeDeclarations() {
  return {
    name: 'write-declarations',
    writeBundle() {
      execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
        cwd: root,
        stdio: 'inherit',
      })
      for (const file of globSync(join(root, 'dist/**/*.d.ts'))) {
        writeFileSync(file, nameBuiltFiles(readFileSync(file, 'utf8')))
      }
    },
  }
}

/** `from './x.ts'`, `import './x.ts'` and `import('./x.ts')` as `.js`: a path to a `.ts` file would be read as source by an app's compiler. */
function nameBuiltFiles(declarations) {
  return declarations.replace(/(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.{1,2}\/[^"']+)\.tsx?\2/g, '$1$2$3.js$2')
}

/** One graph for all entry points, a file for a file: a class or a symbol that two doors share exists once in an app. */
export default {
  input: [...doors.map(({ source }) => source), ...commands].map((source) => join(root, source)),
  external: isExternal,
  plugins: [stripTypes(), cleanDist(), writeDeclarations()],
  onwarn(warning) {
    // A file of types alone is empty once they are stripped; anything else that Rollup has doubts about is a mistake.
    if (warning.code !== 'EMPTY_BUNDLE') throw new Error(warning.message)
  },
  output: {
    dir: join(root, 'dist'),
    format: 'es',
    preserveModules: true,
    sourcemap: true,
    entryFileNames: (chunk) => relative(root, chunk.facadeModuleId).replace(/\.tsx?$/, '.js'),
  },
}
