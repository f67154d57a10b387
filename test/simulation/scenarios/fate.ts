// Scenarios of writes whose outcome is not known at first.
import type { Scenarios } from './scenarios.ts'

/** What becomes of writes whose fate is not known at once. */
export const fate: Scenarios = {
  'a commit that the server has forgotten is not run again on the state that may contain it': `
    history seed=1
    browser b1 v1 A
    browser b2 v1 C
    at 0 A set "o" "A1"
    at 700 b2 join "b1"
    at 3900 C tx "limit" "C1"
    at 8600 b2 evict
    fate C#2 {"kind":"hang"}
  `,
  'the late first attempt of a write that was rejected for a conflict is not stored when the key is again as it expects': `
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "x" "S0"
    at 100 A get "n"
    at 100 B get "n"
    at 300 B set "j" "B1"
    at 300 A set "j" "A1"
    at 14000 B delete "j" "B2"
    fate A#2 {"out":20000}
  `,
  'nor is that of a write which the server refuses for what it contains': `
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "m" "bad"
    at 50 A get "n"
    at 50 B get "n"
    at 300 A set "r" "A1"
    at 14000 B set "m" "B1"
    fate A#2 {"out":20000}
  `,
  'a call that changes nothing does not go with the empty commit after a rejected one': `
    history seed=1
    browser b1 v1 A B
    at 0 B update "n" "B1"
    at 100 A get "n"
    at 300 B set "j" "B2"
    at 300 A set "j" "A1"
    at 5000 A default "n" "A2"
    at 10400 B update "n" "B3"
    fate A#2 {"out":20000}
    fate A#4 {"out":500}
  `,
  'a first commit is not run again whose key a log-in rotated and whose client the server forgot': `
    history seed=1
    browser b1 v1 A
    at 0 A get "n"
    at 100 A update "n" "A1"
    at 141 b1 rotate
    at 175 b1 evict
    fate A#2 {"kind":"cookie-cut"}
    fate b1#1 {"out":10,"back":15}
  `,
  'a write behind a rejected one is stored whole': `
    history seed=1 mode=edits
    browser b1 v1 A
    at 0 b1 plant "form" 0
    at 100 A get "n"
    at 190 b1 refuse "form" 1
    at 200 A edit "form" "A1" "edit" "tea"
    at 210 A edit "form" "A2" "add" "milk"
  `,
  'a copy of a write that the server refused for its content is not stored once the server takes such content': `
    history seed=1 mode=edits
    browser b1 v1 A
    at 0 b1 plant "theme" 0
    at 100 A get "n"
    at 190 b1 refuse "theme" 1
    at 200 A put "theme" "A1" 1
    fate A#2 {"copy":500}
  `,
  'a client that is disposed of while it ends a session has nothing pending': `
    history seed=1
    browser b1 v1 A
    at 0 A cycle "A1"
    at 46 A end
    at 46 A dispose
  `,
  'a session that is being ended has no state to hydrate another client with': `
    history seed=1
    browser b1 v1 A B
    at 0 A set "r" "A1"
    at 500 A end
    at 500 A dehydrate "state"
    at 510 B hydrate "state"
  `,
  'a copy of the only attempt of a write that was rejected for a conflict is not stored when the key is again as it expects': `
    history seed=10259139
    browser b1 v1 B
    browser b2 v1 C
    at 47 B update "l" "B1"
    at 129 C update "l" "C1"
    at 1897 b2 join "b1"
    at 3915 C update "l" "C2"
    at 4642 C default "j" "C3"
    at 4642 B update "j" "B2"
    at 4729 B clear "B4"
    fate C#5 {"out":42,"copy":359}
  `,
}
