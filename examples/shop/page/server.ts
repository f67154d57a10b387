/**
 * What the page knows of the server that it came from. The one in examples/shop/server lets in any name and looks at the
 * origin of a request; the one in examples/shop-django asks for a password and for Django's CSRF token.
 */

/** Whether a log-in needs a password. */
export const asksPassword: boolean = document.querySelector<HTMLMetaElement>('meta[name="log-in"]')?.content === 'password'

/** The header of a POST that shows that this page sends it; none where the server gives no token. Read anew for each, since a log-in changes it. */
export function csrfHeaders(): Record<string, string> {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1]
  return token === undefined ? {} : { 'X-CSRFToken': token }
}
