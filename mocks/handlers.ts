// Makes the MSW handlers of one browser. The only file of the mocks that imports MSW at run time.
import { HttpHandler, HttpResponse, http } from 'msw'
import { isSessionError } from '../src/errors/session-error.ts'
import type { ToHandlers } from './mock-session.ts'

/** Creates the MSW handlers of one browser. Requests that MSW intercepts take the same path as the browser's `fetch`. */
export const toMswHandlers: ToHandlers = (fetch, url, endpoints) => {
  const resolve = async ({ request }: { request: Request }): Promise<Response> => {
    try {
      return await fetch(request)
    } catch (error) {
      // A mistake in the test becomes MSW's 500 with its message. Everything else is a network error to the page.
      if (isSessionError(error)) throw error
      return HttpResponse.error()
    }
  }
  return [
    http.all(url.origin + url.pathname, resolve),
    ...endpoints.map((name) => {
      const [method = '', path = ''] = name.split(' ')
      return new HttpHandler(method, url.origin + path, resolve)
    }),
  ]
}
