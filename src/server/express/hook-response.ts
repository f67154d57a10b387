// Owns when a response may go out: the session's headers before its own, and the end after the session is stored. The middleware
// hooks each response once; it knows nothing of sessions.

/** The parts of a Node response that are hooked. */
export interface HookedResponse {
  statusCode: number
  statusMessage: string
  readonly headersSent: boolean
  writeHead(status: number, ...rest: never[]): unknown
  write(...parts: never[]): unknown
  end(...parts: never[]): unknown
  getHeader(name: string): number | string | readonly string[] | undefined
  getHeaders(): Readonly<Record<string, number | string | readonly string[] | undefined>>
  setHeader(name: string, value: number | string | readonly string[]): unknown
  removeHeader(name: string): void
  destroy(): unknown
}

/** What happens at the two moments. */
export interface ResponseHooks {
  /** Sets headers. Called once, just before they are sent. */
  beforeHeaders(): void
  /** Does what has to be done before the response is complete; undefined if there is nothing. Called once. */
  beforeEnd(): Promise<void> | undefined
  /** Receives why `beforeEnd` failed, while the response can still become another one. */
  onFailure(error: unknown): void
  /** Receives why `beforeEnd` failed after the headers were sent. The connection is destroyed, so that nobody takes it for success. */
  onLateFailure(error: unknown): void
}

type Args = readonly unknown[]
type Call = (...args: Args) => unknown

/** Describes a body that is not sent after all. */
const ofBody: readonly string[] = [
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Location',
  'Content-Range',
  'Content-Type',
  'ETag',
  'Last-Modified',
  'Location',
  'Transfer-Encoding',
]

/** Hooks a response of Node's http or http2. */
export function hookResponse(response: HookedResponse, hooks: ResponseHooks): void {
  const call = (method: 'writeHead' | 'write' | 'end'): Call => {
    const original = response[method] as Call
    return (...args) => original.apply(response, args as unknown[])
  }
  const [writeHead, write, end] = [call('writeHead'), call('write'), call('end')]
  let areHeadersDone = false
  let state: 'open' | 'ending' | 'ended' = 'open'

  response.writeHead = (...given: readonly unknown[]) => {
    if (areHeadersDone) return writeHead(...given)
    areHeadersDone = true
    const args = takeFields(response, given)
    hooks.beforeHeaders()
    return writeHead(...args)
  }

  // What comes after the end must not slip in while the session is stored; Node refuses it afterwards, too.
  response.write = (...args: readonly unknown[]) => (state === 'ending' ? false : write(...args))

  response.end = (...args: readonly unknown[]) => {
    if (state === 'ending') return response
    const work = state === 'open' ? hooks.beforeEnd() : undefined
    if (!work) {
      state = 'ended'
      return end(...args)
    }
    state = 'ending'
    const head = response.headersSent ? undefined : takeHead(response)
    work.then(
      () => {
        state = 'ended'
        if (head) restoreHead(response, head)
        end(...args)
      },
      (error: unknown) => {
        state = 'ended'
        if (response.headersSent) {
          hooks.onLateFailure(error)
          response.destroy()
          return
        }
        for (const name of ofBody) response.removeHeader(name)
        response.statusCode = 500
        hooks.onFailure(error)
      },
    )
    return response
  }
}

/** Sets the fields that `writeHead` was given, so that a `Set-Cookie` among them does not replace the session's. */
function takeFields(response: HookedResponse, [status, ...rest]: readonly unknown[]): readonly unknown[] {
  const fields = rest.at(-1)
  if (typeof fields !== 'object' || fields === null) return [status, ...rest]
  for (const [name, value] of Array.isArray(fields) ? toPairs(fields) : Object.entries(fields)) {
    if (value !== undefined) response.setHeader(name, value as string)
  }
  return [status, ...rest.slice(0, -1)]
}

/** Node takes a flat list of names and values, or one of pairs. A name may come again. */
function toPairs(fields: readonly unknown[]): (readonly [string, unknown])[] {
  const flat = Array.isArray(fields[0]) ? fields.flat() : fields
  const values = new Map<string, readonly unknown[]>()
  for (let index = 0; index < flat.length; index += 2) {
    const name = String(flat[index])
    values.set(name, [...(values.get(name) ?? []), ...[flat[index + 1]].flat()])
  }
  return Array.from(values, ([name, all]) => [name, all.length === 1 ? all[0] : all] as const)
}

interface Head {
  readonly status: number
  /** Undefined unless the app set it; HTTP/2 has none and warns of any access. */
  readonly message: string | undefined
  readonly fields: ReturnType<HookedResponse['getHeaders']>
}

const takeHead = (response: HookedResponse): Head => ({
  status: response.statusCode,
  message: Object.hasOwn(response, 'statusMessage') ? response.statusMessage : undefined,
  fields: { ...response.getHeaders() },
})

/** Code that runs on after `res.end()`, such as a handler for what was not found, must not change the response that was ended. */
function restoreHead(response: HookedResponse, { status, message, fields }: Head): void {
  response.statusCode = status
  if (message !== undefined) response.statusMessage = message
  for (const name of Object.keys(response.getHeaders())) if (!Object.hasOwn(fields, name)) response.removeHeader(name)
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) response.setHeader(name, value)
}
