// Owns the loading of the app's module for `sojourn schema`: it imports the file and finds the schema among its exports.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as z from 'zod/v4/core'
import { SessionConfigError } from '../errors/session-config-error.ts'

/**
 * Imports a module and returns the z.object that it exports.
 *
 * @param name the export; without it `schema`, `default`, or the only z.object
 * @throws SessionConfigError if the file cannot be loaded or does not say which export it is
 */
export async function loadSchema(file: string, name?: string): Promise<z.$ZodObject> {
  const exported = await importModule(file)
  if (name !== undefined) {
    const found = exported[name]
    if (isObjectSchema(found)) return found
    const names = Object.keys(exported).join(', ') || 'nothing'
    throw new SessionConfigError(
      found === undefined ? `${file} has no export "${name}". It exports ${names}.` : `The export "${name}" of ${file} is not a z.object.`,
    )
  }
  for (const usual of ['schema', 'default']) if (isObjectSchema(exported[usual])) return exported[usual]
  const found = Object.entries(exported).filter((entry): entry is [string, z.$ZodObject] => isObjectSchema(entry[1]))
  if (found.length === 1 && found[0]) return found[0][1]
  throw new SessionConfigError(
    found.length === 0
      ? `${file} exports no z.object. Export the schema that the client uses: export const schema = z.object({ … }).`
      : `${file} exports more than one z.object: ${found.map(([each]) => each).join(', ')}. Choose one with --export <name>.`,
  )
}

/** By its form, not by its class: the app's zod may be another copy than the one next to this package. */
function isObjectSchema(value: unknown): value is z.$ZodObject {
  return (value as z.$ZodObject | null | undefined)?._zod?.def?.type === 'object'
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(file)).href)
  } catch (cause) {
    throw new SessionConfigError(`Failed to load ${file}: ${(cause as Error).message ?? cause}\n${hintFor(cause)}`, { cause })
  }
}

function hintFor(cause: unknown): string {
  const code = (cause as { readonly code?: unknown } | null | undefined)?.code
  switch (code) {
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return 'Use Node.js 22.18 or later, which runs TypeScript, or run the command with another loader: npx tsx node_modules/.bin/sojourn schema …'
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return 'Node.js only strips types: leave out enums, namespaces and parameter properties in this file and in what it imports.'
    case 'ERR_MODULE_NOT_FOUND':
    case 'ERR_UNSUPPORTED_DIR_IMPORT':
      return 'Node.js needs the whole name of a file in an import, such as "./items.ts". Or run the command with a bundler\'s rules: npx tsx node_modules/.bin/sojourn schema …'
    default:
      return 'Keep the schema in a file of its own, which creates no client and needs no browser.'
  }
}
