// Types of the packages that the tests of sojourn/express run, as far as they use them. Their own types of express-session would claim
// `req.session` for that package.
declare module 'express-session' {
  const session: (options: object) => import('express').RequestHandler
  export default session
}

declare module 'connect-flash' {
  const flash: () => import('express').RequestHandler
  export default flash
}

declare module 'passport' {
  type Done = (error: unknown, value?: unknown, info?: object) => void
  export class Passport {
    use(strategy: object): this
    serializeUser(run: (user: unknown, done: Done) => void): void
    deserializeUser(run: (id: unknown, done: Done) => void): void
    session(): import('express').RequestHandler
    authenticate(strategy: string, options: object): import('express').RequestHandler
  }
  const passport: { readonly Passport: typeof Passport }
  export default passport
}

declare module 'passport-local' {
  export class Strategy {
    constructor(verify: (name: string, password: string, done: import('passport').Done) => void)
  }
}

declare namespace Express {
  interface Request {
    user?: unknown
    isAuthenticated(): boolean
    logOut(options: object | ((error: unknown) => void), done?: (error: unknown) => void): void
  }
}
