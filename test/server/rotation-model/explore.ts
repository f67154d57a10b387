// Explores every interleaving of processes that share one single-key engine, with at most one fault each history: a crash, a response
// that is lost, or a command that the client library sends again. Called by the model's test; it knows nothing of sessions.
import type { StoreEntry } from '../../../src/server/store.ts'

/** What an engine of single keys does. `note` adds an id to an owner's index, `members` reads that. */
export type Command =
  | { readonly kind: 'read'; readonly id: string }
  | { readonly kind: 'write'; readonly id: string; readonly expected: string | null; readonly entry: StoreEntry }
  | { readonly kind: 'remove'; readonly id: string; readonly revision: string }
  | { readonly kind: 'note'; readonly owner: string; readonly id: string }
  | { readonly kind: 'members'; readonly owner: string }

/** What the engine holds. */
export interface Held {
  readonly entries: Readonly<Record<string, StoreEntry>>
  readonly index: Readonly<Record<string, readonly string[]>>
}

/** A process: runs on an engine from its beginning, the same way each time it gets the same responses. */
export type Process = (send: (command: Command) => Promise<unknown>) => Promise<unknown>

/** How a process ended: with a result, with an error, or by a crash. */
export type Ending = { readonly result: unknown } | { readonly error: unknown } | 'crashed'

/** Where every process has ended. */
export interface Terminal {
  readonly held: Held
  readonly endings: readonly Ending[]
  readonly story: readonly string[]
}

type Reply = { readonly value: unknown } | 'lost'

interface State {
  readonly held: Held
  readonly replies: readonly (readonly Reply[])[]
  readonly crashed: readonly boolean[]
  /** Whether the next command of the process was carried out already and is sent once more. */
  readonly resending: readonly boolean[]
  readonly faults: number
  readonly story: readonly string[]
}

/** Carries out a command; returns what the engine answers and holds then. */
export function carryOut(held: Held, command: Command): { readonly held: Held; readonly value: unknown } {
  const { entries, index } = held
  switch (command.kind) {
    case 'read':
      return { held, value: entries[command.id] }
    case 'members':
      return { held, value: index[command.owner] ?? [] }
    case 'note': {
      const ids = new Set([...(index[command.owner] ?? []), command.id])
      return { held: { entries, index: { ...index, [command.owner]: [...ids] } }, value: undefined }
    }
    case 'write': {
      const stored = entries[command.id]?.revision
      if (stored === command.entry.revision) return { held, value: true }
      if ((stored ?? null) !== command.expected) return { held, value: false }
      return { held: { entries: { ...entries, [command.id]: command.entry }, index }, value: true }
    }
    case 'remove': {
      if (entries[command.id]?.revision !== command.revision) return { held, value: false }
      const { [command.id]: _, ...rest } = entries
      return { held: { entries: rest, index }, value: true }
    }
  }
}

/** Runs a process on the responses that it has had; returns its next command, or how it ended. */
async function advance(process: Process, replies: readonly Reply[]): Promise<{ command: Command } | { ending: Ending }> {
  let count = 0
  return new Promise((resolve) => {
    const send = (command: Command): Promise<unknown> => {
      const reply = replies[count]
      count += 1
      if (reply === 'lost') return Promise.reject(new Error('the connection was cut'))
      if (reply) return Promise.resolve(reply.value)
      resolve({ command })
      return new Promise(() => {})
    }
    process(send).then(
      (result) => resolve({ ending: { result } }),
      (error: unknown) => resolve({ ending: { error } }),
    )
  })
}

const replace = <T>(list: readonly T[], index: number, value: T): readonly T[] => list.map((old, at) => (at === index ? value : old))

/** Calls `judge` at every end of every history; returns how many states there were. */
export async function explore(
  processes: readonly Process[],
  start: Held,
  judge: (terminal: Terminal) => void | Promise<void>,
): Promise<number> {
  const seen = new Set<string>()
  const first: State = {
    held: start,
    replies: processes.map(() => []),
    crashed: processes.map(() => false),
    resending: processes.map(() => false),
    faults: 0,
    story: [],
  }
  const open = [first]
  for (let state = open.pop(); state; state = open.pop()) {
    const { story: _, ...rest } = state
    const name = JSON.stringify(rest)
    if (seen.has(name)) continue
    seen.add(name)
    const { replies, crashed } = state
    const steps = await Promise.all(
      processes.map((process, at) => (crashed[at] ? { ending: 'crashed' as const } : advance(process, replies[at] ?? []))),
    )
    const endings = steps.flatMap((step) => ('ending' in step ? [step.ending] : []))
    if (endings.length === steps.length) await judge({ held: state.held, endings, story: state.story })
    for (const [at, step] of steps.entries()) if ('command' in step) open.push(...next(state, at, step.command))
  }
  return seen.size
}

function next(state: State, at: number, command: Command): State[] {
  const { held, value } = carryOut(state.held, command)
  const tell = (what: string): readonly string[] => [...state.story, `${at} ${command.kind} ${what}`]
  const answered = (reply: Reply): readonly (readonly Reply[])[] => replace(state.replies, at, [...(state.replies[at] ?? []), reply])
  const done: State = {
    ...state,
    held,
    replies: answered({ value }),
    resending: replace(state.resending, at, false),
    story: tell(String(value)),
  }
  if (state.faults > 0 || state.resending[at]) return [done]
  const faulty = { ...state, faults: 1 }
  return [
    done,
    { ...faulty, held, crashed: replace(state.crashed, at, true), story: tell('and crashes') },
    { ...faulty, crashed: replace(state.crashed, at, true), story: tell('crashes before') },
    { ...faulty, held, replies: answered('lost'), story: tell('and the answer is lost') },
    { ...faulty, held, resending: replace(state.resending, at, true), story: tell('and is sent again') },
  ]
}
