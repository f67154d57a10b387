// The schema, client and mock server that the tests of Vue share.
import { createSessionClient, type SessionClient, type SessionInputs, type SessionValues } from 'sojourn'
import { createMockSessionServer, type MockSessionServer, type MockValues } from 'sojourn/msw'
import { onTestFinished } from 'vitest'
import { type App, type Component, createApp, createSSRApp, nextTick } from 'vue'
import * as z from 'zod'

export const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  cart: z.array(z.string()).default([]),
  name: z.string().default(''),
  nick: z.string().max(3).optional(),
})

export type Session = SessionClient<SessionValues<typeof schema>, SessionInputs<typeof schema>>
export type Mock = MockSessionServer<typeof schema>

/** The server has a rule that the schema does not know: nobody is called "nobody". */
const validate = ({ name }: Readonly<Record<string, unknown>>) =>
  name === 'nobody' ? [{ key: 'name', path: [], message: 'is nobody' }] : []

/** A client and its server, both gone after the test. */
export function setUp(initial: MockValues<typeof schema> = {}): { readonly mock: Mock; readonly session: Session } {
  const mock = createMockSessionServer({ schema, initial, validate })
  return { mock, session: createTab(mock) }
}

/** Another client of the same browser. With a state it is one that a page was rendered with. */
export function createTab(mock: Mock, initialState?: ReturnType<Session['dehydrate']>): Session {
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false, initialState })
  onTestFinished(() => session.dispose())
  return session
}

/** Waits until Vue has shown what came after `work`. */
export async function shown(work?: Promise<unknown>): Promise<void> {
  await work
  await nextTick()
}

interface Mounted {
  readonly app: App
  readonly container: HTMLElement
  /** What is shown, without the tags. */
  readonly text: () => string
  readonly unmount: () => void
}

function mountApp(app: App, html = ''): Mounted {
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = html
  let isMounted = true
  const unmount = (): void => {
    if (isMounted) app.unmount()
    isMounted = false
  }
  onTestFinished(() => {
    unmount()
    container.remove()
  })
  app.mount(container)
  return { app, container, text: () => container.textContent ?? '', unmount }
}

/** Renders in a page. */
export function mount(root: Component, setUpApp?: (app: App) => void): Mounted {
  const app = createApp(root)
  setUpApp?.(app)
  return mountApp(app)
}

/** Takes over what a server rendered. What Vue warned of is in `warnings`. */
export function hydrate(html: string, root: Component): Mounted & { readonly warnings: readonly string[] } {
  const warnings: string[] = []
  const app = createSSRApp(root)
  app.config.warnHandler = (message) => void warnings.push(message)
  return { ...mountApp(app, html), warnings }
}
