// Owns which tab of a browser holds the stream: the one that has the Web Lock. connection.ts asks for it while the page is visible.
import type { AcquireLock, GrantedLock } from '../platform/locks.ts'

/** `queued`: another visible tab leads. */
export type Standing = 'none' | 'asking' | 'queued' | 'leading'

/** This tab's claim to the stream. */
export interface Leader {
  readonly standing: Standing
  /** Requests the lock, unless it is requested or held. */
  take(): void
  /** Releases the lock, or leaves the queue. */
  release(): void
}

/** Creates a claim that is not made yet. Without locks each visible tab leads for itself. */
export function createLeader(acquire: AcquireLock | undefined, onChange: () => void): Leader {
  let standing: Standing = 'none'
  let controller: AbortController | undefined
  let lock: GrantedLock | undefined

  async function request(mine: AbortController): Promise<void> {
    const onWait = (): void => {
      if (controller === mine) change('queued')
    }
    // A browser that refuses the lock leaves this tab alone.
    const granted = await acquire?.(mine.signal, onWait).catch(() => undefined)
    if (controller !== mine) return granted?.release()
    lock = granted
    change('leading')
  }

  function change(next: Standing): void {
    standing = next
    onChange()
  }

  return {
    get standing() {
      return standing
    },
    take() {
      if (controller) return
      controller = new AbortController()
      standing = 'asking'
      void request(controller)
    },
    release() {
      controller?.abort()
      lock?.release()
      controller = undefined
      lock = undefined
      standing = 'none'
    },
  }
}
