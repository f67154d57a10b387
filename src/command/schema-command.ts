// Owns the command `sojourn schema`: arguments, output and exit code. bin.ts runs it; src/schema makes the JSON Schema.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { toSessionJsonSchema } from '../schema/to-session-json-schema.ts'
import { loadSchema } from './load-schema.ts'

/** What `sojourn schema --help` prints. */
export const schemaUsage = `Usage: sojourn schema <module> [options]

Writes the JSON Schema of a session's keys to the standard output, for a server that cannot run zod:

  npx sojourn schema src/schema.ts > session.schema.json

The module exports the z.object that the client uses. It runs in Node, so keep it in a file without other effects.

  --export <name>   the export that is the schema; otherwise "schema", "default" or the only z.object
  --check <file>    write nothing; compare with a file that was written before

Exit code: 0 done, 1 the file of --check differs, 2 wrong usage or a schema that cannot be used.
`

const options = {
  export: { type: 'string' },
  check: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** Where a command writes. */
export interface CommandOutput {
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
}

/** Runs `sojourn schema` with the arguments that follow it, and resolves to its exit code. */
export async function runSchemaCommand(args: readonly string[], { write, writeError }: CommandOutput): Promise<0 | 1 | 2> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    if (values.help) {
      write(schemaUsage)
      return 0
    }
    const [module, ...rest] = positionals
    if (module === undefined || rest.length > 0) throw new SessionConfigError(schemaUsage)
    const text = `${JSON.stringify(toSessionJsonSchema(await loadSchema(module, values.export)), null, 2)}\n`
    if (values.check === undefined) {
      write(text)
      return 0
    }
    if (isSameJson(read(values.check), text)) return 0
    const choice = values.export === undefined ? '' : ` --export ${values.export}`
    writeError(`${values.check} does not match ${module}. Write it again: npx sojourn schema ${module}${choice} > ${values.check}\n`)
    return 1
  } catch (error) {
    if (!(error instanceof SessionConfigError || isUsageError(error))) throw error
    writeError(`${error.message}\n`)
    return 2
  }
}

/** Whether two texts are the same JSON: a formatter may have laid out the file. */
function isSameJson(one: string, other: string): boolean {
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other))
  } catch {
    return false
  }
}

/** The file of `--check`. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SessionConfigError(`Failed to read ${file}: ${(cause as Error).message}`, { cause })
  }
}

const isUsageError = (error: unknown): error is Error =>
  error instanceof TypeError && `${'code' in error && error.code}`.startsWith('ERR_PARSE_ARGS')
