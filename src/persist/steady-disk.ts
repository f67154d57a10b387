// Bounds each transaction of a disk, and carries one that failed out once more on a new connection. `journal.ts` puts it over every disk.
import type { Clock } from '../platform/clock.ts'
import type { Disk } from './disk.ts'
import { within } from './within.ts'

/** How long a transaction may take, in milliseconds. A browser may never complete one. */
const transactionMs = 5000

/** Returns a disk whose transactions end. Safari loses connections in the background, so that the first try may fail for nothing. */
export function createSteadyDisk(disk: Disk, clock: Clock): Disk {
  return {
    async transact(run, isLast) {
      if (isLast) return disk.transact(run, isLast)
      try {
        return await within(clock, transactionMs, disk.transact(run))
      } catch {
        disk.close()
        return within(clock, transactionMs, disk.transact(run))
      }
    },
    close: () => disk.close(),
  }
}
