/** How long tabs have to say that something is under way, or that they hold or lock, in milliseconds. */
export const graceMs = 50

/**
 * What tabs say to each other about an exclusive section: `hold` for at most so long, `release`, what a held tab has
 * under way (`busy`, then `quiet`), and what a new tab asks. Who is asked and has the lock of a first commit says so
 * (`locking`). `tab` tells the tabs apart: several may hold, and be busy.
 */
export type HoldMessage =
  | { readonly hold: number; readonly tab?: string }
  | { readonly say: 'release' | 'busy' | 'quiet' | 'ask' | 'locking'; readonly tab?: string }
