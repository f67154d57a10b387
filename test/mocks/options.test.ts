// Holds the options of the mock server and the errors of bad ones.
import { createMockSessionServer } from 'sojourn/msw'
import { afterEach, describe, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllGlobals())

describe('the URL of a mock server', () => {
  test.each([
    [undefined, 'http://localhost/session'],
    ['/api/session', 'http://localhost/api/session'],
    ['http://127.0.0.1:8000/s', 'http://127.0.0.1:8000/s'],
    ['http://shop.localhost/session', 'http://shop.localhost/session'],
    ['https://shop.example.com/session', 'https://shop.example.com/session'],
  ])('%s is %s without a page', (url, absolute) => {
    expect(createMockSessionServer({ url }).url).toBe(absolute)
  })

  test('is refused if browsers would reject the cookie', () => {
    expect(() => createMockSessionServer({ url: 'http://shop.example.com/session' })).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining('Secure') }),
    )
  })

  test('is accepted without TLS if the cookie is not Secure', async () => {
    const mock = createMockSessionServer({
      url: 'http://shop.example.com/session',
      cookie: { name: 'sessionid', secure: false },
      initial: { theme: 'dark' },
    })
    expect(await mock.data()).toEqual({ theme: 'dark' })
    expect(mock.cookies).toMatchObject([{ name: 'sessionid' }])
  })

  test.each(['http://', 'https://['])('%s is refused', (url) => {
    expect(() => createMockSessionServer({ url })).toThrow(expect.objectContaining({ code: 'config' }))
  })
})

test('two mock servers share nothing', async () => {
  const [one, two] = [createMockSessionServer({ initial: { a: 1 } }), createMockSessionServer({ initial: { a: 2 } })]
  one.next('unavailable')
  one.offline()
  expect((await two.fetch(two.url)).status).toBe(200)
  expect([await one.data(), await two.data()]).toEqual([{ a: 1 }, { a: 2 }])
})

test('options of the handler are checked at once', () => {
  expect(() => createMockSessionServer({ maxAgeMs: -1 })).toThrow(expect.objectContaining({ code: 'config' }))
})

test('a mock server says that it cannot run in a real browser', () => {
  class BrowserResponse extends Response {
    override get headers(): Headers {
      const headers = super.headers
      headers.append = (name, value) => {
        if (name.toLowerCase() !== 'set-cookie') headers.set(name, value)
      }
      return headers
    }
  }
  vi.stubGlobal('Response', BrowserResponse)
  expect(() => createMockSessionServer()).toThrow(
    expect.objectContaining({ code: 'config', message: expect.stringContaining('Run the tests in Node') }),
  )
})
