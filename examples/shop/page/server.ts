// What the page needs to know about its server. The one in examples/shop/server accepts any name and checks the request's origin; the
// one in examples/shop-django wants a password and Django's CSRF token.

/** Whether a log-in needs a password. */
export const asksPassword: boolean = document.querySelector<HTMLMetaElement>('meta[name="log-in"]')?.content === 'password'

/** The header of a POST that shows that this page sends it; none if the server gives no token. Read again for each, because a log-in changes it. */
export function csrfHeaders(): Record<string, string> {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1]
  return token === undefined ? {} : { 'X-CSRFToken': token }
}
