import type { Tab, World } from './parts.ts'
import type { Stored } from './server.ts'

/** When faults have stopped: all promises have settled, nothing is pending, and the view is on the server's state. */
export function checkTab(
  { name, client, waiting, browser, isGone, isDisposed, ledger, traffic }: Tab,
  { server, fail }: World,
  steps: number,
): void {
  const { requests, faults, refusals } = traffic
  // What other tabs and server code do costs reads; each fault and each refusal costs a few requests more.
  const bound = 30 + 6 * steps + 8 * faults + 8 * refusals
  if (requests > bound) fail(`requests: ${name} sent ${requests}, more than ${bound}`)
  if (isGone) return
  for (const { id, status } of ledger.entries) if (status === 'pending') fail(`settle: ${id} has not settled`)
  if (waiting.size > 0) fail(`settle: ${name} still waits for ${[...waiting.values()].join(', ')}`)
  if (client.pending.length > 0) fail(`settle: ${name} still has ${client.pending.length} pending`)
  if (isDisposed) return
  const reached = server.reach(browser.cookie())
  const base = client.dehydrate()?.state
  if ((base?.lineage ?? null) !== (reached?.lineage ?? null) || (reached && base?.version !== reached.version)) {
    fail(`settle: ${name} is at ${base?.version} of ${base?.lineage}, the server at ${reached?.version} of ${reached?.lineage}`)
  }
}

/** A counter is the number of acknowledged increments since it was last written blindly, and of those whose fate is unknown. */
export function checkCounters(
  tabs: readonly Tab[],
  { server, heldBy, fail }: Pick<World, 'server' | 'fail'> & { heldBy(stored: Stored): Tab['ledger']['log'] },
): void {
  for (const [lineage, last] of server.lineages) {
    const isBlind = (stored: Stored): boolean => {
      const calls = heldBy(stored).map(({ call }) => call)
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
