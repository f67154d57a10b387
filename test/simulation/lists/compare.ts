// Plays a history twice with other values in its private keys: no byte that a client receives may differ. run.ts and scripts/simulate.ts
// play every history through it.
import type { Script } from '../script.ts'
import { type Outcome, type RunOptions, runHistory } from '../world.ts'

/** Every history of so many is played twice. */
const share = 4

/** Plays a history; one of four with private keys is played again with other secrets. */
export async function playHistory(script: Script, options: RunOptions = {}): Promise<Outcome> {
  const isCompared = script.exposure !== undefined && script.seed % share === 0
  const outcome = await runHistory(script, { ...options, hasTranscript: isCompared })
  if (!isCompared || outcome.fault !== undefined || options.only?.test('private: ') === false) return outcome
  const other = await runHistory(outcome.script, { ...options, tell: undefined, hasTranscript: true, salt: 2 })
  if (other.transcript === outcome.transcript) return outcome
  return { ...outcome, fault: 'private: what clients receive depends on the values of private keys' }
}
