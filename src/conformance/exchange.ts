// Sends one request of a check with the cookies of a jar. Never follows a redirect and never retries.
import { sessionRequestHeader } from '../protocol/headers.ts'
import { show } from './expectations.ts'
import { ConformanceFailure } from './failure.ts'
import { type Jar, readSetCookies } from './jar.ts'
import type { Settings } from './options.ts'
import { type Reply, readReply } from './reply.ts'

/** Header fields of a request; null takes one away that would be there. */
export type Fields = Readonly<Record<string, string | null>>

/** A request as it goes over the wire, the cookies aside. */
export interface Sending {
  readonly method: string
  readonly fields?: Fields
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** @default the session's */
  readonly url?: string
  readonly signal?: AbortSignal
}

/** Whether a cookie is the session's. */
export function isSessionCookie({ cookie, csrfCookie }: Settings, name: string): boolean {
  return cookie === undefined ? name !== csrfCookie : name === cookie
}

/** Sends a request with the cookies of a jar; the response is not read yet. */
export function open(settings: Settings, jar: Jar, { method, fields = {}, body, url = settings.url, signal }: Sending): Promise<Response> {
  const headers = new Headers()
  for (const [name, value] of Object.entries({ Cookie: jar.header() ?? null, ...fields })) if (value !== null) headers.set(name, value)
  const timeout = AbortSignal.timeout(settings.timeoutMs)
  return settings.fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  })
}

/**
 * Sends a request and reads the response; its cookies go into the jar.
 *
 * @throws ConformanceFailure if no response comes
 */
export async function exchange(settings: Settings, jar: Jar, sending: Sending): Promise<Reply> {
  const label = `${sending.method}${typeof sending.body === 'string' ? ` ${show(sending.body).slice(1, -1).replaceAll('\\"', '"')}` : ''}`
  // As every client does: 64 random bits, drawn for this request alone.
  const request = crypto.randomUUID().slice(0, 18)
  try {
    const response = await open(settings, jar, { ...sending, fields: { [sessionRequestHeader]: request, ...sending.fields } })
    const cookies = readSetCookies(response.headers)
    jar.store(cookies)
    const own = cookies.filter(({ name }) => isSessionCookie(settings, name))
    return await readReply({ label, request }, response, own)
  } catch (error) {
    throw new ConformanceFailure(`${label} was not answered: ${reasonOf(error)}`)
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message} (${cause.message})` : message
}
