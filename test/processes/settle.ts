// Judges what servers store while writers write and once every write has settled. Called by kill-rounds.ts and chaos.ts.
import { isEqual, type Json } from '../../src/protocol/json.ts'
import { expectOf, judge, judgeEnd } from './judge.ts'
import type { Party } from './parties.ts'
import type { Tally } from './tally.ts'
import type { Writer } from './writer.ts'

/** What a run has found so far. */
export interface Findings extends Pick<Tally, 'count'> {
  readonly faults: string[]
}

/** Reads from the server, past the proxy: what was acknowledged before is there, once. */
export async function check({ browser, ledger }: Party, port: number, { faults, count }: Findings): Promise<void> {
  const expected = expectOf(ledger)
  const { data, unknownKey } = await browser.read(port)
  // The response with the new key of a rotation has not come yet; the old key leads nowhere but there.
  if (unknownKey) return count('reads under an old key')
  count('reads checked')
  faults.push(...judge(data, expected, ledger))
}

/** When everything has settled: the server has it all, and every tab shows it. */
export async function checkEnd(party: Party, port: number, findings: Findings): Promise<void> {
  const { browser, ledger, writers } = party
  await check(party, port, findings)
  const { data } = await browser.read(port)
  findings.faults.push(...judgeEnd(data, expectOf(ledger)))
  for (const writer of writers) {
    const shown = await writer.look()
    const strange = Object.keys(shown).filter((key) => data[key] !== undefined && !isEqual(shown[key] as Json, data[key]))
    if (strange.length > 0) findings.faults.push(`view: ${writer.name} shows another ${strange} than is stored`)
  }
}

/** Rejects with a message if a promise takes too long. */
export function within<T>(promise: Promise<T>, ms: number, toMessage: () => string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(toMessage())), ms)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Counts what became of the writes. */
export function report(writers: readonly Writer[], { count }: Findings): void {
  for (const { writes, figures } of writers) {
    for (const { status, error, isFateUnknown } of writes) {
      count('writes')
      count(`writes ${status}${error ? `: ${error}${isFateUnknown ? ', outcome unknown' : ''}` : ''}`)
    }
    for (const [what, times] of Object.entries(figures)) count(what, times)
  }
}
