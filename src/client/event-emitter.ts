// Owns the listeners of `session.on`. `core.ts` creates it; the pipeline emits through it. It decides nothing.
import { addListener, callListeners, createListeners, type Listeners } from '../cache/listeners.ts'
import type { SessionEvents } from './types.ts'

/** The events of one client. */
export interface EventEmitter {
  /** Listens to an event. Returns the function that stops it. */
  on<E extends keyof SessionEvents>(event: E, run: (value: SessionEvents[E]) => void): () => void
  emit<E extends keyof SessionEvents>(event: E, value: SessionEvents[E]): void
}

/** Creates the events of a client. */
export function createEventEmitter(): EventEmitter {
  const listeners: { [E in keyof SessionEvents]?: Listeners<SessionEvents[E]> } = {}
  return {
    emit(event, value) {
      if (listeners[event]) callListeners(listeners[event], value)
    },
    on(event, run) {
      listeners[event] ??= createListeners('event') as never
      return addListener(listeners[event], run)
    },
  }
}
