// Makes the MSW handlers of one browser. The only file of the mocks that imports MSW at run time.
import { HttpHandler, HttpResponse, http } from 'msw'
import { isSessionError } from '../src/errors/session-error.ts'
import type { ToHandlers } from './mock-session.ts'

/** Makes the MSW handlers of one browser: whatever MSW intercepts goes the way of its `fetch`. */
export const toMswHandlers: ToHandlers = (fetch, url, endpoints) => {
  const resolve = async ({ request }: { request: Request }): Promise<Response> => {
    try {
      return await fetch(request)
    } catch (error) {
      // A mistake of the test shows as MSW's 500 with its message; everything else is a network error to the page.
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
