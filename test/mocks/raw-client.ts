// Speaks the protocol by hand, so that a test sees single requests.
import type { Commit } from '../../src/protocol/commit.ts'
import { formatIdempotencyKey } from '../../src/protocol/headers.ts'
import type { State } from '../../src/protocol/state.ts'

/** Speaks the protocol by hand, so that these tests see each request and not what a client makes of it. */
export interface RawClient {
  read(init?: RequestInit): Promise<Response>
  state(): Promise<State>
  /** Sends a commit as the next one, on the state that was read or stored last. */
  commit(commit: Partial<Commit>, init?: RequestInit): Promise<Response>
  end(init?: RequestInit): Promise<Response>
}

/** Makes a client with an id of its own. */
export function createRawClient({ url, fetch }: { readonly url: string; readonly fetch: typeof globalThis.fetch }): RawClient {
  const client = crypto.randomUUID().replaceAll('-', '')
  let base: State | undefined
  let last = 0

  /** Reads the body once and gives it again: the clone of happy-dom loses a body that arrives in parts. */
  const keep = async (response: Response): Promise<Response> => {
    const text = await response.text()
    base = JSON.parse(text) as State
    return new Response(text, response)
  }
  const read = (init: RequestInit = {}): Promise<Response> => fetch(url, { headers: { 'Session-Client': client }, ...init })
  const state = async (): Promise<State> => {
    await keep(await read())
    return base as State
  }

  return {
    read,
    state,
    commit: async (commit, init = {}) => {
      const { lineage, version } = base ?? (await state())
      const after = last
      last += 1
      const response = await fetch(url, {
        method: 'PATCH',
        body: JSON.stringify({ lineage, base: version, after, ...commit }),
        ...init,
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': formatIdempotencyKey(client, last), ...init.headers },
      })
      if (response.status === 200) return keep(response)
      last = after
      return response
    },
    end: (init = {}) => fetch(url, { method: 'DELETE', headers: { 'Session-Lineage': base?.lineage ?? '' }, ...init }),
  }
}
