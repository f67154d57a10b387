// Scenarios that broke earlier drafts of the protocol.
import type { Scenarios } from './scenarios.ts'

/** What broke a model of the protocol before each of its rules was there. */
export const review: Scenarios = {
  'review 1: a version of another session is no reason to keep what is shown': `
    history seed=1
    browser b1 v1 A
    browser b2 v1 C
    at 0 A set "r" "A1"
    at 300 C set "r" "C1"
    at 1000 b1 join "b2"
    at 1100 A revalidate
  `,
  'review 2: a commit that left with the key of before a rotation does not end the session': `
    history seed=1
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 500 b1 rotate
    at 510 A update "n" "A2"
    fate A#3 {"out":100}
    fate b1#1 {"back":600}
  `,
  'review 3: a first commit whose key was rotated away buries no session': `
    history seed=1
    browser b1 v1 A
    at 0 A get "n"
    at 100 b1 write "r" "S1"
    at 200 b1 rotate
    at 230 A update "n" "A1"
    fate b1#2 {"back":1000}
  `,
  'review 4: a repeated end of one session does not end that of a log-in which came between': `
    history seed=1
    browser b1 v1 A
    at 0 b1 sign-in "v1"
    at 100 A set "r" "A1"
    at 500 A end
    at 550 b1 sign-in "v1b"
    at 650 b1 write "x" "S1"
    fate A#3 {"kind":"lost"}
  `,
  'review 4: an end that met a key which was rotated away is sent again': `
    history seed=1
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 490 b1 rotate
    at 500 A end
    fate b1#1 {"back":60}
  `,
  'review 4: an end that met a key which the server does not know looks again before it is believed': `
    history seed=1
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 400 b1 rotate
    at 500 A end
    fate b1#1 {"back":1000}
  `,
  'review 5: a refused commit that arrives late is acknowledged, and its update does not run again': `
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "x" "S1"
    at 100 A get "n"
    at 100 B get "n"
    at 300 B update "n" "B1"
    at 305 A update "n" "A1"
    at 10700 B delete "n" "B2"
    at 20500 B revalidate
    at 20900 B delete "n" "B3"
    fate A#2 {"out":20000}
    fate A#4 {"out":9000}
    fate A#5 {"out":2000}
  `,
  'review 6: a commit before the last one is not stored when a copy of it comes late': `
    history seed=1
    browser b1 v1 A
    at 0 b1 write "x" "S1"
    at 100 A set "r" "A1"
    at 300 A delete "r" "A2"
    fate A#2 {"copy":2000}
  `,
  'review 6: a first commit whose cookie arrived and whose answer was lost runs once': `
    history seed=1
    browser b1 v1 A
    at 0 A update "n" "A1"
    fate A#2 {"kind":"cookie-cut"}
  `,
  'review 7: a commit that was forgotten is not run again': `
    history seed=1
    browser b1 v1 A
    browser b2 v1 C
    at 0 A set "o" "A1"
    at 700 b2 join "b1"
    at 3900 C update "n" "C1"
    at 8600 b2 evict
    fate C#2 {"kind":"hang"}
  `,
  'a first commit that was stored, met a rotated key and was forgotten is not run again': `
    history seed=1
    browser b1 v1 A
    at 0 A update "n" "A1"
    at 100 b1 rotate
    at 150 b1 evict
    fate A#2 {"kind":"cookie-cut"}
    fate A#3 {"out":1500}
  `,
  'review 8: a rotation whose answer was lost does not lose the session': `
    history seed=1
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 500 A cycle "A2"
    fate A#3 {"kind":"cut"}
  `,
  'review 9: what is written while a commit is under way waits for it': `
    history seed=1
    browser b1 v1 A
    at 0 A update "n" "A1"
    at 60 A update "n" "A2"
    at 70 A update "n" "A3"
    fate A#2 {"out":3000}
  `,
  'review 10: the cookie of a first attempt that was given up comes to nobody': `
    history seed=1
    browser b1 v1 A
    at 0 A update "n" "A1"
    fate A#2 {"back":10500}
  `,
  'review 12: what a view that saves an old dict undoes is shown as it is, and told': `
    history seed=1 mode=old-views
    browser b1 v1 A
    at 0 A set "r" "A1"
    at 300 b1 save "old"
    at 400 A update "n" "A2"
    at 800 b1 restore "old"
    at 1000 A revalidate
    at 1500 A update "l" "A3"
  `,
}
