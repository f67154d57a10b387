// Plays a scenario for one visitor and returns each response in short form. Knows neither Django nor the mock.
import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../../src/protocol/json.ts'
import type { State } from '../../src/protocol/state.ts'
import type { Ask, Engine, Scenario, Step } from './scenario.ts'
import { type Held, sessionCookie, type Visitor } from './site.ts'

interface Client {
  readonly id: string
  seen: Partial<State>
  /** The number of the last commit that was sent. */
  sent: number
  last: { readonly n: number; readonly body: string } | undefined
}

const policySeconds = 1_209_600

/** Plays a scenario for a new visitor; what each step gets. */
export async function play({ steps }: Scenario, visitor: Visitor, engine: Engine): Promise<string[]> {
  const story = createStory(visitor, engine !== 'signed_cookies')
  await visitor.fetch(visitor.url)
  const lines: string[] = []
  for (const [step] of steps) lines.push(await story(step))
  return lines
}

function createStory(visitor: Visitor, isAtomic: boolean): (step: Step) => Promise<string> {
  const clients = new Map<string, Client>()
  const lineages: string[] = []
  let held: { readonly ask: Ask; readonly waiting: Held } | undefined

  const toClient = ({ client = 'a' }: Ask): Client => {
    const known = clients.get(client) ?? { id: randomBytes(16).toString('base64url'), seen: {}, sent: 0, last: undefined }
    clients.set(client, known)
    return known
  }

  const answered = async (response: Response, ask: Ask): Promise<string> => {
    const text = await response.text()
    const body = text === '' ? {} : (JSON.parse(text) as Partial<State>)
    if (body.version !== undefined) toClient(ask).seen = body
    return toLine(response.status, body, { lineages, isAtomic })
  }

  const perform = async (step: Step): Promise<string> => {
    switch (step.do) {
      case 'read':
      case 'commit':
      case 'repeat':
      case 'end':
        return answered(await send(visitor, step, toClient(step)), step)
      case 'save-over':
        return answered(await visitor.saveOver(step.set, () => send(visitor, step.ask, toClient(step.ask))), step.ask)
      case 'stale-cache':
        return answered(await visitor.staleCache(() => send(visitor, step.ask, toClient(step.ask))), step.ask)
      case 'hold':
      case 'hold-answer': {
        const { ask } = step
        const where = step.do === 'hold' ? 'request' : 'answer'
        held = { ask, waiting: await visitor.hold(where, (fetch) => send({ ...visitor, fetch }, ask, toClient(ask))) }
        return ''
      }
      case 'let-go': {
        if (!held) throw new Error('Failed to let a request go: none is held.')
        return answered(await held.waiting.letGo(), held.ask)
      }
      default: {
        const seen = await visitor.play(step)
        return seen === undefined ? '' : seen === null ? 'none' : toText(seen)
      }
    }
  }

  return async (step) => {
    const before = visitor.cookie(sessionCookie)
    const line = await perform(step)
    const after = visitor.cookie(sessionCookie)
    const word = after === before ? '' : after === undefined ? 'key-gone' : 'key'
    return [line, word].filter((part) => part !== '').join(' ')
  }
}

/** Sends a request of the protocol. */
async function send(visitor: Visitor, ask: Ask, client: Client): Promise<Response> {
  const token = visitor.cookie('csrftoken') ?? ''
  if (ask.do === 'read') return visitor.fetch(visitor.url, { headers: { 'Session-Client': client.id } })
  if (ask.do === 'end') {
    const headers = { 'Session-Lineage': client.seen.lineage ?? 'none', 'X-CSRFToken': token }
    return visitor.fetch(visitor.url, { method: 'DELETE', headers })
  }
  if (ask.do === 'commit') {
    client.sent += 1
    const { lineage = null, version = 'v0', tags = {}, last: after = 0 } = client.seen
    const touched = [...Object.keys(ask.commit.set ?? {}), ...(ask.commit.delete ?? [])]
    const expect = Object.fromEntries(touched.map((key) => [key, tags[key] ?? null]))
    client.last = { n: client.sent, body: JSON.stringify({ lineage, base: version, after, expect, ...ask.commit }) }
  }
  if (!client.last) throw new Error('Failed to repeat a commit: there was none.')
  const headers = {
    'Content-Type': 'application/json',
    'Idempotency-Key': `"${client.id}/${client.last.n}"`,
    ...((ask.do !== 'commit' || ask.token !== false) && { 'X-CSRFToken': token }),
  }
  return visitor.fetch(visitor.url, { method: 'PATCH', body: client.last.body, headers })
}

/** The data, long texts by their length. */
const toText = (data: JsonObject): string =>
  JSON.stringify(data, (_, value: unknown) => (typeof value === 'string' && value.length > 40 ? `${value.length} characters` : value))

interface Body extends Partial<State> {
  readonly type?: string
  readonly limit?: number
  readonly conflicts?: readonly string[]
}

function toLine(status: number, body: Body, { lineages, isAtomic }: { readonly lineages: string[]; readonly isAtomic: boolean }): string {
  const { lineage, data, expiry, conflicts } = body
  if (lineage && !lineages.includes(lineage)) lineages.push(lineage)
  const age = Math.ceil((expiry?.age ?? policySeconds) / 100) * 100
  return [
    status,
    body.type?.replace(/^.*[/:#]/, ''),
    lineage && `L${lineages.indexOf(lineage) + 1}`,
    data && lineage !== null && toText(data),
    body.last && `last=${body.last}`,
    conflicts && `conflicts=${conflicts.join()}`,
    body.limit && `limit=${body.limit}`,
    body.identity && 'signed-in',
    age !== policySeconds && `age=${age}`,
    expiry?.atBrowserClose && 'browser-close',
    body.unknownKey && 'key-unknown',
    body.forgotten && 'forgotten',
    // Of every state or of none, so that no scenario has to say it.
    body.version !== undefined && (body.atomic !== false) !== isAtomic && 'atomic-is-wrong',
  ]
    .filter((part) => part)
    .join(' ')
}
