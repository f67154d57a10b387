// The window and the document of the page that runs now, as far as the client listens to them. host.ts puts them in place in mode `pages`.

type Listener = (event: { readonly persisted: boolean }) => void

/** What the client of one page listens to. */
export interface PageEvents {
  visibility: 'visible' | 'hidden'
  /** Runs the listeners of an event of the page's window or document. */
  dispatch(type: string, persisted?: boolean): void
  readonly listeners: Map<string, Set<Listener>>
}

/** Creates the events of a page that is shown. */
export function createPageEvents(): PageEvents {
  const listeners: PageEvents['listeners'] = new Map()
  return {
    visibility: 'visible',
    listeners,
    dispatch(type, persisted = false) {
      for (const listener of [...(listeners.get(type) ?? [])]) listener({ persisted })
    },
  }
}

/** Creates the globals. `current` gives the page that was entered last: its microtasks run before another page is entered. */
export function createPageGlobals(current: () => PageEvents): { readonly window: object; readonly document: object } {
  function addEventListener(type: string, listener: Listener, options?: { readonly signal?: AbortSignal }): void {
    const { listeners } = current()
    const own = listeners.get(type) ?? new Set()
    listeners.set(type, own.add(listener))
    options?.signal?.addEventListener('abort', () => own.delete(listener))
  }
  const document = {
    cookie: '',
    addEventListener,
    get visibilityState() {
      return current().visibility
    },
  }
  return { window: { addEventListener }, document }
}
