// Carries out the orders of the control URL on a session, as docs/conformance.md describes them.
import type { ControlEvent } from 'sojourn/conformance'
import type { ServerSession } from 'sojourn/server'
import type { JsonObject } from '../../src/protocol/json.ts'
import { rewrite, storedDataOf } from '../../src/server/server-session.ts'

/** What the control URL of docs/conformance.md is asked to do. */
export interface Order {
  readonly event: ControlEvent
  readonly set?: JsonObject
  readonly delete?: readonly string[]
  readonly identity?: string
}

/** Does to a session what the server's own code would; undefined for what no session can do itself. */
export async function play(session: ServerSession, order: Order): Promise<Response | undefined> {
  switch (order.event) {
    case 'read':
      return Response.json({ data: session.lineage === null ? null : storedDataOf(session) })
    case 'write':
      await rewrite(session, (data) => ({
        ...Object.fromEntries(Object.entries(data).filter(([key]) => !order.delete?.includes(key))),
        ...order.set,
      }))
      break
    case 'log-in':
      await session.signIn(order.identity ?? '')
      break
    case 'log-out':
    case 'flush':
      await session.flush()
      break
    case 'rotate':
      await session.cycleKey()
      break
    default:
      return undefined
  }
  return new Response(null, { status: 204 })
}
