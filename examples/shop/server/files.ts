// Serves the built page from memory.
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The built page. */
export interface Files {
  /** The text of index.html. */
  readonly index: string
  /** The response for a path; undefined if there is no such file. */
  response(pathname: string): Response | undefined
}

/** Reads the folder that Vite has built, once: what is not in it then cannot be asked for. */
export function readFiles(folder: string): Files {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const files = new Map(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(folder.length).replaceAll('\\', '/'), readFileSync(path)] as const
    }),
  )
  return {
    index: String(files.get('/index.html') ?? ''),
    response(pathname) {
      const body = files.get(pathname)
      if (!body) return undefined
      // Vite puts a hash of the content into the names in /assets.
      const caching = pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      const type = types[extname(pathname)] ?? 'application/octet-stream'
      return new Response(body, { headers: { 'Content-Type': type, 'Cache-Control': caching, 'X-Content-Type-Options': 'nosniff' } })
    },
  }
}
