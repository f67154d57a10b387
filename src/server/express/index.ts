// The public names of `sojourn/server/express`.
export { RequestCookie } from './request-cookie.ts'
export type { Done } from './request-session.ts'
export { RequestSession } from './request-session.ts'
export type { SessionMiddleware } from './session.ts'
export { session } from './session.ts'
export type { ExpressSessionOptions, Session, SessionData, SessionRequest } from './types.ts'
