// Holds the options of the mock server that depend on a page.
import { createMockSessionServer } from 'sojourn/msw'
import { afterEach, describe, expect, test } from 'vitest'

describe('a mock server in a page', () => {
  afterEach(() => {
    for (const cookie of document.cookie.split('; ')) {
      // biome-ignore lint/suspicious/noDocumentCookie: happy-dom has no Cookie Store
      document.cookie = `${cookie.split('=')[0]}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT`
    }
  })

  test('is reached by a relative URL of the page', () => {
    expect(createMockSessionServer().url).toBe(new URL('/session', location.href).href)
  })

  test('shows the CSRF cookie in the document, and never that of the session', async () => {
    const mock = createMockSessionServer({ csrf: true, initial: { theme: 'dark' } })
    const { csrf } = await (await mock.fetch('/session')).json()
    expect(document.cookie).toBe(`csrftoken=${csrf}`)
    mock.reset()
    expect(document.cookie).toBe('')
  })

  test('shows nothing of another browser, and nothing with `document: undefined`', async () => {
    const mock = createMockSessionServer({ csrf: true })
    await mock.browser().fetch('/session')
    const hidden = createMockSessionServer({ csrf: true, document: undefined })
    await hidden.fetch('/session')
    expect(hidden.documentCookie).toContain('csrftoken=')
    expect(document.cookie).toBe('')
  })
})
