// An app's page that imports every browser entry point of the installed package.
import { SessionError } from 'sojourn'
import { createSessionClient } from 'sojourn/fetch'
import { createMockSessionServer } from 'sojourn/msw'
import * as react from 'sojourn/react'
import * as vue from 'sojourn/vue'
import { session } from './session.ts'

/** Every door that a page can come in by, all in use. */
Object.assign(globalThis, { doors: { SessionError, createSessionClient, createMockSessionServer, react, vue, session } })
