/**
 * What tabs say to each other about an exclusive section: `hold` for at most so long, `release`, what a held tab has
 * under way (`busy`, then `quiet`), and what a new tab asks. `tab` tells the tabs apart: several may hold, and be busy.
 */
export type HoldMessage =
  | { readonly hold: number; readonly tab?: string }
  | { readonly say: 'release' | 'busy' | 'quiet' | 'ask'; readonly tab?: string }
