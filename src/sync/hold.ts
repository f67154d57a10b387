import { graceMs, type HoldMessage } from './hold-message.ts'
import { wake } from './pipeline.ts'
import type { Sync } from './sync.ts'

/** The longest that another tab may hold us, in milliseconds: one that died must not hold us for ever. */
const maxHoldMs = 60_000

/** Resolves when nothing of ours is under way. */
function quiet(sync: Sync): Promise<void> {
  return sync.isRunning ? new Promise((resolve) => void sync.quieted.add(resolve)) : Promise.resolve()
}

/** Settles as the promise does, or as `onTimeout` does when the time is over or the client is disposed of. */
export function within<T>(sync: Sync, timeoutMs: number, promise: Promise<T>, onTimeout: () => T | PromiseLike<T>): Promise<T> {
  const { clock, cache } = sync
  let timer: unknown
  let stop: (() => void) | undefined
  const over = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, timeoutMs)
    stop = cache.watch(() => sync.isDisposed && resolve())
    if (sync.isDisposed) resolve()
  })
  const end = (): void => {
    clock.clearTimeout(timer)
    stop?.()
  }
  over.then(end)
  return Promise.race([promise, over.then(onTimeout)]).finally(end) as Promise<T>
}

/** Resolves when another tab says next what it does. */
const toldNext = (sync: Sync): Promise<void> => new Promise((resolve) => void sync.listening.add(resolve))

function tellListening({ listening }: Sync): void {
  for (const told of listening) told()
  listening.clear()
}

/** Resolves when nothing is under way in the other tabs, as far as they say so. */
async function quietElsewhere(sync: Sync): Promise<void> {
  await within(sync, graceMs, new Promise<void>(() => {}), () => {})
  while (sync.busyTabs.size > 0 || sync.elders.size > 0) await toldNext(sync)
}

/** Tells the other tabs to hold for so long from now; false where there can be none. */
export function holdOthers(sync: Sync, timeoutMs: number): boolean {
  // Longer than our own limit, so that what is told at its end comes before they go on.
  const hold = timeoutMs + graceMs
  sync.heldUntil = sync.clock.now() + hold
  return sync.tell({ hold, tab: sync.tab })
}

/** Holds this tab, and the others after those that hold already; resolves when nothing is under way anywhere. */
export async function hold(sync: Sync, timeoutMs: number): Promise<void> {
  sync.isHeld = true
  sync.cancel?.()
  while (sync.heldBy.size > 0) await toldNext(sync)
  // Who waited for too long has given up.
  if (!sync.isHeld) return
  sync.busyTabs.clear()
  const hasOthers = holdOthers(sync, timeoutMs)
  await Promise.all([quiet(sync), hasOthers && quietElsewhere(sync)])
}

/** Lets this tab and the others go on. */
export function release(sync: Sync): void {
  sync.isHeld = false
  sync.tell({ say: 'release', tab: sync.tab })
}

/** Asks whether another tab holds us, as one does that begins to listen. */
export function ask(sync: Sync): void {
  if (sync.tell({ say: 'ask', tab: sync.tab })) sync.sendAt = sync.clock.now() + graceMs
}

/** One tab that held us does so no more. */
function letGo(sync: Sync, tab: string): void {
  sync.clock.clearTimeout(sync.heldBy.get(tab))
  sync.heldBy.delete(tab)
  sync.elders.delete(tab)
  sync.isHeldElsewhere = sync.heldBy.size > 0
  tellListening(sync)
  wake(sync)
}

/** Deals with what another tab says. */
export function hear(sync: Sync, message: HoldMessage): void {
  const { heldBy, busyTabs } = sync
  const { tab = '' } = message
  if ('hold' in message) {
    sync.clock.clearTimeout(heldBy.get(tab))
    heldBy.set(
      tab,
      sync.clock.setTimeout(() => letGo(sync, tab), Math.min(message.hold, maxHoldMs)),
    )
    sync.isHeldElsewhere = true
    // Of two that begin at once, neither having heard of the other, one goes first.
    if (sync.isHeld && tab < sync.tab) sync.elders.add(tab)
    if (!sync.isRunning) return
    sync.tell({ say: 'busy', tab: sync.tab })
    sync.cancel?.()
    void quiet(sync).then(() => sync.tell({ say: 'quiet', tab: sync.tab }))
  } else if (message.say === 'release') letGo(sync, tab)
  else if (message.say === 'ask') {
    if (sync.isHeld) sync.tell({ hold: sync.heldUntil - sync.clock.now(), tab: sync.tab })
    if (sync.isLocking) sync.tell({ say: 'locking', tab: sync.tab })
  } else if (message.say === 'locking') sync.isLockedElsewhere = true
  else {
    // By name, not by number: what a tab says to another holder is heard here too.
    if (message.say === 'busy') busyTabs.add(tab)
    else busyTabs.delete(tab)
    tellListening(sync)
  }
}
