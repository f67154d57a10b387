// The shop's log-in and log-out.
import { type Endpoint, readField } from './endpoint.ts'

/** Takes any name: this shop has no passwords. Signing in gives the session a new key; data and lineage stay. */
export const logIn: Endpoint = async (session, request) => {
  const name = (await readField(request, 'name')).slice(0, 24)
  if (name === '') return Response.json({ did: 'nothing' }, { status: 422 })
  await session.signIn(name)
  return Response.json({ did: 'log-in' })
}

/** Ends the session: data, key and cookie are gone. */
export const logOut: Endpoint = async (session) => {
  await session.flush()
  return Response.json({ did: 'log-out' })
}
