// express-session over its memory store, as a server of the server suite. Runs in a process of its own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { listen } from '../lib/serve.ts'

type Middleware = (request: IncomingMessage & { readonly session?: object }, response: ServerResponse, next: () => void) => void

// The package has no types of its own.
const session: (options: object) => Middleware = createRequire(import.meta.url)('express-session')

// As its guide has it, over its memory store: at the end of a request that changed something it saves the whole session.
const open = session({ secret: 'bench', resave: false, saveUninitialized: false })

listen(
  createServer((request: IncomingMessage & { readonly session?: object }, response) => {
    open(request, response, async () => {
      if (request.method === 'PUT') Object.assign(request.session ?? {}, JSON.parse(await text(request)))
      response.setHeader('Content-Type', 'application/json')
      response.end(request.method === 'PUT' ? '{}' : JSON.stringify({ data: request.session }))
    })
  }),
)
