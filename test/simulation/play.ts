import { parseScript } from './script.ts'
import { runHistory } from './world.ts'

/** Runs a scenario; gives the invariant that it breaks, undefined where all hold. */
export async function play(text: string): Promise<string | undefined> {
  const { fault } = await runHistory(parseScript(text))
  return fault
}
