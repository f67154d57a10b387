// Owns the command `sojourn conformance`: its flags, output and exit code. Called by src/command/bin.ts; writes through its context
// only.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { isObject, type Json, parseJson } from '../protocol/json.ts'
import { conformanceChecks } from './checks.ts'
import { checkKeys } from './keys.ts'
import type { ConformanceOptions } from './options.ts'
import { runConformance } from './run.ts'
import { toTable } from './table.ts'

/** What `sojourn --help` prints. */
export const usage = `Usage: sojourn conformance <url> --keys <keys> [options]

Checks a session endpoint against the protocol, rule by rule, over HTTP.
It creates sessions and ends some of them, so use a server for tests.

  sojourn conformance http://127.0.0.1:8000/session --keys theme,cart,note --read-only plan

Keys (the checks use no others):
  --keys <a,b,c>           keys that clients of the server may write; with three every check runs, with eight
                           eight clients write at once
  --read-only <a,b>        keys that clients may read and only the server writes; without one some checks are not run
  --values <json>          values that the server takes, at least two for each key: JSON, or the path of a JSON file.
                           '{"theme": ["light", "dark"]}'. A key without values has to take any JSON

The server:
  --control <url>          where the server takes events of its own code; without it some checks are not run
  --origin <origin>        the origin of the app's pages, where it is not that of the URL
  --allowed-origin <o>     another origin that the server allows by CORS
  --cookie <name>          the session cookie, where the server sets others too
  --csrf-cookie <name>     the cookie with the CSRF token (csrftoken)
  --csrf-header <name>     the header that it is sent in (X-CSRFToken)
  --timeout <seconds>      how long one response may take (30)

The run:
  --only <name>            run this check, or those whose names begin so (may be repeated)
  --list                   print the names of the checks and run none
  --json                   print JSON

Exit code: 0 every MUST holds, 1 a MUST fails, 2 wrong usage or no response.

Another command: sojourn schema <module> writes the JSON Schema of a session. sojourn schema --help prints more.
`

const options = {
  keys: { type: 'string', multiple: true },
  'read-only': { type: 'string', multiple: true },
  values: { type: 'string' },
  control: { type: 'string' },
  only: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  origin: { type: 'string' },
  'allowed-origin': { type: 'string' },
  cookie: { type: 'string' },
  'csrf-cookie': { type: 'string' },
  'csrf-header': { type: 'string' },
  timeout: { type: 'string' },
} as const

/** Where a command writes, and what it takes from outside next to its arguments. */
export interface CommandContext {
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Options that have no flag, such as `wait`. */
  readonly options?: Partial<ConformanceOptions>
}

/** Runs the command `sojourn` and gives its exit code. */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<0 | 1 | 2> {
  const complain = (reason: string): 2 => {
    context.writeError(`${reason}\n`)
    return 2
  }
  const parsed = parse(args)
  if (parsed instanceof Error) return complain(`${parsed.message}\n\n${usage}`)
  const { values, positionals } = parsed
  if (values.help) return say(context, usage)
  const checks = conformanceChecks.filter(({ name }) => values.only?.some((start) => name.startsWith(start)) ?? true)
  if (checks.length === 0) return complain(`No check is named ${values.only?.join(', ')}. --list prints the names.`)
  if (values.list) return say(context, `${checks.map(({ name, level }) => `${level.padEnd(6)} ${name}`).join('\n')}\n`)
  const [command, url, ...rest] = positionals
  if (command !== 'conformance' || url === undefined || rest.length > 0) return complain(usage)
  try {
    const given = { ...toOptions(url, values), ...context.options }
    checkKeys(given)
    const fault = await findFault(given)
    if (fault !== undefined) return complain(fault)
    const report = await runConformance(given, checks)
    context.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : toTable(report))
    return report.conforms ? 0 : 1
  } catch (error) {
    if (error instanceof SessionConfigError) return complain(error.message)
    throw error
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    return error as Error
  }
}

function toOptions(url: string, values: Exclude<ReturnType<typeof parse>, Error>['values']): ConformanceOptions {
  return {
    url,
    keys: toNames(values.keys),
    readOnly: toNames(values['read-only']),
    values: values.values === undefined ? undefined : readValues(values.values),
    control: values.control,
    origin: values.origin,
    allowedOrigin: values['allowed-origin'],
    cookie: values.cookie,
    csrfCookie: values['csrf-cookie'],
    csrfHeader: values['csrf-header'],
    timeoutMs: values.timeout === undefined ? undefined : Number(values.timeout) * 1000,
  }
}

/** Splits lists of names. A blank around a name does not count, nor does a comma at the end. */
const toNames = (lists: readonly string[] = []): readonly string[] =>
  lists.flatMap((list) => list.split(',').map((name) => name.trim())).filter((name) => name !== '')

/** Reads `--values`: JSON, or a file that holds it. */
function readValues(given: string): Readonly<Record<string, readonly Json[]>> {
  const parsed = parseJson(given.trim().startsWith('{') ? given : readText(given))
  if (isObject(parsed)) return parsed as Record<string, readonly Json[]>
  throw new SessionConfigError(
    `--values wants a JSON object, or the path of a file with one, such as '{"theme": ["light", "dark"]}'; it is ${given}.`,
  )
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Returns why the checks cannot begin: something is not a URL, or nothing responds there. */
async function findFault({ url, control, timeoutMs = 30_000 }: ConformanceOptions): Promise<string | undefined> {
  for (const candidate of [url, control ?? url]) if (!/^https?:$/.test(protocolOf(candidate))) return `${candidate} is no URL of HTTP.`
  if (!(timeoutMs > 0)) return '--timeout wants seconds above 0.'
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })).text()
    return undefined
  } catch (error) {
    const { message, cause } = error as Error
    return `${url} does not answer: ${cause instanceof Error ? cause.message || message : message}`
  }
}

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '')

function say({ write }: CommandContext, text: string): 0 {
  write(text)
  return 0
}
