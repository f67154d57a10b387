// The schema, client and mock server that the tests of React share.
import { act, type ReactNode } from 'react'
import { createRoot, hydrateRoot, type Root, type RootOptions } from 'react-dom/client'
import { createSessionClient, type SessionClient, type SessionInputs, type SessionValues } from 'sojourn'
import { createMockSessionServer, type MockSessionServer, type MockValues } from 'sojourn/msw'
import { onTestFinished } from 'vitest'
import * as z from 'zod'

export const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  cart: z.array(z.string()).default([]),
  name: z.string().default(''),
  nick: z.string().max(3).optional(),
})

export type Session = SessionClient<SessionValues<typeof schema>, SessionInputs<typeof schema>>

/** The server has a rule that the schema does not know: nobody is called "nobody". */
const validate = ({ name }: Readonly<Record<string, unknown>>) =>
  name === 'nobody' ? [{ key: 'name', path: [], message: 'is nobody' }] : []

interface SetUp {
  readonly mock: MockSessionServer<typeof schema>
  readonly session: Session
}

/** A client and its server, both gone after the test. */
export function setUp(initial: MockValues<typeof schema> = {}): SetUp {
  const mock = createMockSessionServer({ schema, initial, validate })
  return { mock, session: createTab(mock) }
}

/** Another client of the same browser. With a state it is one that a page was rendered with. */
export function createTab(mock: MockSessionServer<typeof schema>, initialState?: ReturnType<Session['dehydrate']>): Session {
  const session = createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel: false, initialState })
  onTestFinished(() => session.dispose())
  return session
}

/** How often the page asked the server, by method. */
export function countRequests(mock: MockSessionServer<typeof schema>, method: string): number {
  return mock.requests.filter((request) => request.method === method).length
}

interface Mounted {
  readonly container: HTMLElement
  /** What is shown, without the tags. */
  readonly text: () => string
  readonly rerender: (node: ReactNode) => Promise<void>
  readonly unmount: () => Promise<void>
}

async function toMounted(container: HTMLElement, open: () => Root): Promise<Mounted> {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  const root = await act(async () => open())
  const unmount = (): Promise<void> => act(async () => root.unmount())
  onTestFinished(async () => {
    await unmount()
    container.remove()
  })
  return { container, text: () => container.textContent ?? '', rerender: (node) => act(async () => root.render(node)), unmount }
}

/** Renders in a page. */
export function mount(node: ReactNode, options?: RootOptions): Promise<Mounted> {
  const container = document.body.appendChild(document.createElement('div'))
  return toMounted(container, () => {
    const root = createRoot(container, options)
    root.render(node)
    return root
  })
}

/** Takes over what a server rendered. What React had to put right is in `mismatches`. */
export async function hydrate(html: string, node: ReactNode): Promise<Mounted & { readonly mismatches: readonly string[] }> {
  const mismatches: string[] = []
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = html
  const onRecoverableError = (error: unknown): void => void mismatches.push(String(error))
  return { ...(await toMounted(container, () => hydrateRoot(container, node, { onRecoverableError }))), mismatches }
}
