/**
 * What tabs say to each other about an exclusive section: `hold` for at most so long, `release`, what a held tab has
 * under way (`busy`, then `quiet`), and what a new tab asks.
 */
export type HoldMessage = { readonly hold: number } | { readonly say: 'release' | 'busy' | 'quiet' | 'ask' }
