// Lists what the size suite bundles and the budget of each.

/** What an app writes to have one of the contenders on its page, and what of it counts. */
export interface SizeCase {
  readonly title: string
  readonly code: string
  /** Packages that are counted on their own, or that the app has anyway. */
  readonly external: readonly string[]
  /** The most that it is to take, in bytes after minifying and brotli. */
  readonly wantedBytes?: number
}

const zod = ['zod', 'zod/*']
const react = ['react', 'react/*', 'react-dom']
const client = `export { createSessionClient } from 'sojourn'`

/** Sojourn, what it stands on and what an app would have instead. */
export const cases: readonly SizeCase[] = [
  { title: 'sojourn, own code', code: client, external: ['ky', ...zod], wantedBytes: 5_000 },
  { title: 'sojourn with ky', code: client, external: zod, wantedBytes: 13_000 },
  { title: 'ky', code: `export { default } from 'ky'`, external: [] },
  {
    title: 'zod/mini, an object of texts',
    code: `import * as z from 'zod/mini'\nexport const schema = z.object({ a: z.string() })`,
    external: [],
  },
  { title: 'zod, the same', code: `import * as z from 'zod'\nexport const schema = z.object({ a: z.string() })`, external: [] },
  { title: 'zod, by the name z', code: `import { z } from 'zod'\nexport const schema = z.object({ a: z.string() })`, external: [] },
  { title: 'zustand (no server)', code: `export { createStore } from 'zustand/vanilla'`, external: react },
  { title: 'nanostores, map (no server)', code: `export { map } from 'nanostores'`, external: [] },
  { title: 'signals (no server)', code: `export { effect, signal } from '@preact/signals-core'`, external: [] },
  { title: 'next-auth 5, react', code: `export { SessionProvider, useSession } from 'next-auth/react'`, external: react },
  { title: 'swr', code: `export { default } from 'swr'`, external: react },
  { title: 'query-core', code: `export { MutationObserver, QueryClient, QueryObserver } from '@tanstack/query-core'`, external: [] },
  { title: 'better-auth client', code: `export { createAuthClient } from 'better-auth/client'`, external: [] },
  {
    title: 'legend-state with sync',
    code: `export { observable } from '@legendapp/state'\nexport { syncedCrud } from '@legendapp/state/sync-plugins/crud'\nexport { syncObservable } from '@legendapp/state/sync'`,
    external: react,
  },
  { title: 'supabase auth', code: `export { AuthClient } from '@supabase/auth-js'`, external: [] },
  { title: 'TanStack DB', code: `export { createCollection, createTransaction } from '@tanstack/db'`, external: [] },
  { title: 'Replicache', code: `export { Replicache } from 'replicache'`, external: [] },
]
