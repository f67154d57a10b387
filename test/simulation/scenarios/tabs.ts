// Scenarios of tabs of one browser.
import type { Scenarios } from './scenarios.ts'

/** What tabs of one browser do to each other. */
export const tabs: Scenarios = {
  'a tab with a pending first commit goes on when another tab tells of the session that it created': `
    history seed=1
    browser b1 v1 A B
    at 0 A update "l" "A1"
    at 10 B set "n" "B1"
    fate A#1 {"back":200}
  `,
  'two tabs whose key the server does not know create one session, and neither waits for ever': `
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "r" "S1"
    at 100 b1 rotate
    at 200 A update "l" "A1"
    at 200 B update "l" "B1"
    fate b1#2 {"kind":"cut"}
  `,
  'two tabs of a new visitor create one session': `
    history seed=1
    browser b1 v1 A B
    at 0 A get "n"
    at 0 B get "n"
    at 100 A update "n" "A1"
    at 100 B update "n" "B1"
    fate A#2 {"out":300,"back":300}
    fate B#2 {"out":100,"back":900}
  `,
  'two tabs of a new visitor create one session, however long the first of them has to try': `
    history seed=1
    browser b1 v1 A B
    at 0 A get "n"
    at 0 B get "n"
    at 100 A update "n" "A1"
    at 110 B update "n" "B1"
    fate A#2 {"kind":"hang"}
    fate A#3 {"kind":"hang"}
    fate A#4 {"kind":"hang"}
    fate A#5 {"out":2500,"back":2500}
    fate B#2 {"out":300,"back":300}
    fate B#3 {"out":300,"back":4000}
  `,
  'a message that tells of our own commit waits until its fate is known': `
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "x" "S1"
    at 100 A get "n"
    at 100 B get "n"
    at 300 A update "l" "A1"
    at 400 B revalidate
    fate A#2 {"kind":"cut"}
    fate A#3 {"kind":"lost","out":500}
  `,
  'who signs in where somebody else is signed in does not get that session': `
    history seed=1
    browser b1 v1 A
    at 0 b1 sign-in "v1"
    at 100 A set "r" "A1"
    at 500 b1 sign-in "v1b"
    at 600 A get "r"
  `,
  'a message of another tab waits for the end of the exchange, and is taken only from where it starts': `
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "x" "S1"
    at 100 A get "n"
    at 100 B get "n"
    at 200 A update "l" "A1"
    at 210 B set "r" "B1"
    at 230 B set "r" "B2"
    fate A#2 {"out":10,"back":900}
    fate B~2 {"out":400}
  `,
}
