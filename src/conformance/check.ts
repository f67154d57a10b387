// Declares a conformance check and builds one from its sentence of docs/protocol.md and its test. Called by every file in checks/.
import { parseState } from '../protocol/state.ts'
import type { ControlEvent } from './control.ts'
import { NotRun } from './failure.ts'
import type { ConformanceOptions } from './options.ts'
import { createWorld, type World } from './world.ts'

/** What a check says of a server that did not fail it. */
export interface ConformanceResult {
  /** Why nothing was said; undefined where the server passed. */
  readonly notRun?: string | undefined
  /** What a server that says `atomic: false` is excused for; undefined if it is not. */
  readonly excused?: string | undefined
}

/** One rule of the protocol, held against a running server. */
export interface ConformanceCheck {
  /** Stable name, in kebab-case. */
  readonly name: string
  /** A server that fails a MUST does not speak the protocol. */
  readonly level: 'MUST' | 'SHOULD'
  /** What docs/protocol.md says. */
  readonly sentence: string
  /** The events that the check has the server's own code cause; none without a control URL. */
  readonly needs: readonly ControlEvent[]
  /** Why a server that says `atomic: false` is excused; undefined if it is not. */
  readonly excuse: string | undefined
  /**
   * Runs the check with visitors of its own.
   *
   * @throws ConformanceFailure if the server does not pass, with the reason.
   */
  run(options: ConformanceOptions): Promise<ConformanceResult>
}

/** What else there is to say of a check. */
export interface CheckParts {
  readonly needs?: readonly ControlEvent[]
  readonly excuse?: string
}

/** Makes the check of a MUST, or of what the protocol says plainly. */
export function must(name: string, sentence: string, test: (world: World) => Promise<void>, parts: CheckParts = {}): ConformanceCheck {
  return toCheck({ name, level: 'MUST', sentence }, test, parts)
}

/** Makes the check of a SHOULD. */
export function should(name: string, sentence: string, test: (world: World) => Promise<void>, parts: CheckParts = {}): ConformanceCheck {
  return toCheck({ name, level: 'SHOULD', sentence }, test, parts)
}

function toCheck(
  words: Pick<ConformanceCheck, 'name' | 'level' | 'sentence'>,
  test: (world: World) => Promise<void>,
  { needs = [], excuse }: CheckParts,
): ConformanceCheck {
  return {
    ...words,
    needs,
    excuse,
    async run(options) {
      if (needs.length > 0 && options.control === undefined) return { notRun: `needs the control URL: ${needs.join(', ')}` }
      const world = createWorld(options)
      try {
        if (excuse !== undefined && !(await isAtomic(world))) return { excused: excuse }
        await test(world)
        return {}
      } catch (error) {
        if (error instanceof NotRun) return { notRun: error.message }
        throw error
      }
    },
  }
}

async function isAtomic({ visitor }: World): Promise<boolean> {
  const { state } = await visitor()
  return parseState(state)?.atomic !== false
}
