// Scenarios of concurrent writes.
import type { Scenarios } from './scenarios.ts'

/** Writes that meet at the server. */
export const meetings: Scenarios = {
  'two commits that meet in a slow store are stored one after the other': `
    history seed=6 latencyMs=156
    browser b1 v1 A B
    at 172 A tx "guard" "A1"
    at 1705 A set "l" "A2"
    at 1759 B set "t" "B1"
  `,
  'clearing looks at the whole version': `
    history seed=1
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 500 b1 write "x" "S1"
    at 600 A clear "A2"
  `,
  'so does a transaction that lists the keys': `
    history seed=1
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 500 b1 write "j" "S1"
    at 600 A tx "keys" "A2"
  `,
  'and one expects what it only read': `
    history seed=1
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 500 b1 write "j" "S1"
    at 600 A tx "guard" "A2"
  `,
  'an update that a policy has decided is decided again when somebody else changes its key again': `
    history seed=1
    browser b1 v1 A B
    at 96 B set "f" "B1"
    at 155 A set "t" "A1"
    at 527 B set "f" "B3"
    at 708 A update "f" "A3"
    fate A#2 {"out":220}
    fate A#3 {"back":348}
  `,
  'a session that a page of other code lays over the one of a first commit, which another device has joined, takes the write too': `
    history seed=1
    browser b1 v1 A
    browser b2 v1 
    at 0 A tx "limit" "A1"
    at 0 b1 write "r" "S1"
    at 1995 b2 join "b1"
    fate b1#1 {"back":9415}
    fate A#2 {"kind":"lost"}
    fate A#3 {"kind":"cookie-cut"}
    fate A#4 {"kind":"cut","out":9883}
  `,
}
