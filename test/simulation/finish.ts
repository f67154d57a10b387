// Checks at the end of a history that everything settled and that counters are exact.
import type { Stored } from './event-log.ts'
import type { LogEntry } from './ledger.ts'
import type { Tab, World } from './parts.ts'

/** What has not come to rest: promises, pending calls, and views that are not on the server's state. */
export function findUnsettled({ name, client, waiting, browser, isGone, isDisposed, ledger }: Tab, server: World['server']): string[] {
  if (isGone) return []
  const faults = ledger.entries.filter(({ status }) => status === 'pending').map(({ id }) => `settle: ${id} has not settled`)
  if (waiting.size > 0) faults.push(`settle: ${name} still waits for ${[...waiting.values()].join(', ')}`)
  if (client.pending.length > 0) faults.push(`settle: ${name} still has ${client.pending.length} pending`)
  if (isDisposed) return faults
  const reached = server.reach(browser.cookie(), name)
  const base = client.dehydrate()?.state
  if ((base?.lineage ?? null) !== (reached?.lineage ?? null) || (reached && base?.version !== reached.version)) {
    faults.push(`settle: ${name} is at ${base?.version} of ${base?.lineage}, the server at ${reached?.version} of ${reached?.lineage}`)
  }
  return faults
}

/** Whether a client runs, and nothing is in flight or waits in it. */
export function isIdle(tab: Tab | undefined): boolean {
  if (!tab || tab.isGone || tab.isDisposed || tab.isSleeping) return false
  return tab.traffic.open === undefined && tab.client.getSnapshot().activity === 'idle'
}

/** What is in hand when a page is closed leaves with it. */
export function checkLeaving({ name, traffic: { leftAt, leftWith, arrived, commits } }: Tab, { fail }: Pick<World, 'fail'>): void {
  if (leftAt === commits) fail(`left: ${name} was closed with writes in hand, and no commit of it arrived`)
  if (leftWith !== undefined && !arrived.has(leftWith))
    fail(`left: ${name} was closed with commit ${leftWith} in flight, which never arrived`)
}

/** How long a call may take where nothing but time befalls a message, in milliseconds: as long as an attempt may, and some more. */
const slowMs = 15_000

/** A write waits for the exchanges of its own and other tabs, and for no page that is frozen or hidden. */
export function checkPace({ name, ledger, wokenAt }: Tab, { fail }: Pick<World, 'fail'>): void {
  for (const { id, calledAt, settledAt } of ledger.entries) {
    if (settledAt === undefined || calledAt < wokenAt) continue
    if (settledAt - calledAt > slowMs) fail(`slow: ${id} of ${name} takes ${settledAt - calledAt} ms`)
  }
  const chain = ledger.entries.filter(({ id }) => id.includes('.'))
  const ms = (chain.at(-1)?.settledAt ?? 0) - (chain[0]?.calledAt ?? 0)
  if (ms > slowMs) fail(`slow: ${chain.length} writes of ${name}, one after the other, take ${ms} ms`)
}

/** What other tabs and server code do costs reads; each fault and each refusal costs a few requests more. */
export function checkTraffic({ name, traffic: { requests, faults, refusals } }: Tab, { fail }: Pick<World, 'fail'>, steps: number): void {
  const bound = 30 + 6 * steps + 8 * faults + 8 * refusals
  if (requests > bound) fail(`requests: ${name} sent ${requests}, more than ${bound}`)
}

/** A counter is the number of acknowledged increments since it was last written blindly, and of those whose fate is unknown. */
export function checkCounters(
  tabs: readonly Tab[],
  { server, membersOf, fail }: Pick<World, 'server' | 'fail'> & { membersOf(stored: Stored): readonly LogEntry[] },
): void {
  for (const [lineage, last] of server.lineages) {
    const isBlind = (stored: Stored): boolean => {
      const calls = membersOf(stored).map(({ call }) => call)
      return (
        calls.some(({ kind, key }) => kind === 'clear' || (key === 'n' && kind !== 'update')) ||
        (!stored.by && stored.before?.data.n !== stored.data.n)
      )
    }
    let blind: Stored | undefined = last
    while (blind && !isBlind(blind)) blind = blind.before
    const since = blind?.index ?? -1
    const increments = tabs
      .flatMap(({ ledger }) => ledger.entries)
      .filter(
        ({ stored, kind, key, tx }) =>
          (stored.get(lineage) ?? -1) > since && ((kind === 'update' && key === 'n') || tx === 'move' || tx === 'limit'),
      )
    const start = Number(blind?.data.n ?? 0)
    const [least, most] = [increments.filter(({ status }) => status === 'acknowledged').length, increments.length]
    const count = Number(last.data.n ?? 0) - start
    if (count < least || count > most) fail(`counter: ${count} increments of ${lineage} are stored, ${least} to ${most} were made`)
  }
}
