// Declares an endpoint of the shop and reads its JSON body.
import type { SessionInputs, SessionValues } from 'sojourn'
import type { SessionHandler } from 'sojourn/server'
import type { schema } from '../shared/schema.ts'

/** The sessions of the shop, typed by the schema. */
export type Sessions = SessionHandler<SessionValues<typeof schema>, SessionInputs<typeof schema>>

/** The session of one visitor. */
export type Session = Awaited<ReturnType<Sessions['open']>>

/** Answers a POST of the page with the visitor's session at hand. The router passes the response through `respond`. */
export type Endpoint = (session: Session, request: Request) => Promise<Response>

const maxBodyBytes = 2000

/** The text of one field of a JSON body; empty without one. */
export async function readField(request: Request, name: string): Promise<string> {
  if (Number(request.headers.get('Content-Length') ?? Number.POSITIVE_INFINITY) > maxBodyBytes) return ''
  const body: unknown = await request.json().catch(() => null)
  const field = typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined
  return typeof field === 'string' ? field.trim() : ''
}
