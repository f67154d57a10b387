// TanStack Query with one mutation scope, as a writer.
import type { CreateWriter } from '../writer.ts'
import { createMutations } from './query-core.ts'

/** TanStack Query with one scope for the session, so that no write overtakes another. */
export const createWriter: CreateWriter = (browser) => createMutations(browser, { id: 'session' })
