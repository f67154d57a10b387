// Owns the command `sojourn conformance`: its flags, output and exit code. Called by src/command/bin.ts; writes through its context
// only.
import { parseArgs } from 'node:util'
import { conformanceChecks } from './checks.ts'
import type { ConformanceOptions } from './options.ts'
import { runConformance } from './run.ts'
import { toTable } from './table.ts'

/** What `sojourn --help` prints. */
export const usage = `Usage: sojourn conformance <url> [options]

Holds a session endpoint against the protocol, check by check, over HTTP.
It makes sessions and ends some of them; use a server for tests.

  --control <url>          where the server takes events of its own code; without it some checks are not run
  --only <name>            run this check, or those whose names begin so (may be repeated)
  --json                   print JSON
  --list                   print the names of the checks and run none
  --origin <origin>        the origin of the app's pages, where it is not that of the URL
  --allowed-origin <o>     another origin that the server allows by CORS
  --cookie <name>          the session cookie, where the server sets others too
  --csrf-cookie <name>     the cookie with the CSRF token (csrftoken)
  --csrf-header <name>     the header that it is sent in (X-CSRFToken)
  --timeout <seconds>      how long one answer may take (30)

Exit code: 0 every MUST holds, 1 a MUST fails, 2 wrong usage or no answer.

Another command: sojourn schema <module> writes the JSON Schema of a session. sojourn schema --help prints more.
`

const options = {
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

/** Where a command writes, and what it takes from outside beside its arguments. */
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
  const given = { ...toOptions(url, values), ...context.options }
  const fault = await findFault(given)
  if (fault !== undefined) return complain(fault)
  const report = await runConformance(given, checks)
  context.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : toTable(report))
  return report.conforms ? 0 : 1
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
    control: values.control,
    origin: values.origin,
    allowedOrigin: values['allowed-origin'],
    cookie: values.cookie,
    csrfCookie: values['csrf-cookie'],
    csrfHeader: values['csrf-header'],
    timeoutMs: values.timeout === undefined ? undefined : Number(values.timeout) * 1000,
  }
}

/** Why the checks cannot begin: a URL that is none, or nobody who answers there. */
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
