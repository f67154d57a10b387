// Scenarios of `exclusive`.
import type { Scenarios } from './scenarios.ts'

/** Log-ins that hold everything else. */
export const exclusive: Scenarios = {
  'a second exclusive request of the same tab waits for the commits of other tabs too': `
    history seed=1
    browser b1 v1 A B
    at 0 A update "n" "A1"
    at 3000 B exclusive "sign-in" "v1"
    at 3000 B exclusive "look"
    fate A#2 {"out":4000}
  `,
  'nothing is sent before the last of two overlapping exclusive requests is over': `
    history seed=1
    browser b1 v1 A B
    at 0 A update "n" "A1"
    at 0 B get "n"
    at 1000 B exclusive "look"
    at 1090 B exclusive "sign-in" "v1"
    at 1100 A update "n" "A2"
    at 1150 B update "n" "B1"
    fate b1#1 {"out":50}
    fate b1#2 {"out":900,"back":900}
  `,
  'what a tab says to another holder is not taken for the quiet of one that is busy': `
    history seed=1
    browser b1 v1 A B C
    at 0 C tx "guard" "C1"
    at 103 A tx "limit" "A1"
    at 296 B discard 0
    at 298 A exclusive "rotate"
    at 424 C exclusive "look"
    fate C#2 {"back":140}
    fate C#3 {"out":179}
    fate A#3 {"out":195,"back":158}
    fate B#1 {"kind":"cut","back":100}
    fate B~15 {"out":19}
  `,
  'a tab that two others hold goes on when both have let it go': `
    history seed=1
    browser b1 v1 A B C
    at 0 C set "r" "C1"
    at 200 A get "n"
    at 200 B get "n"
    at 1000 A exclusive "look"
    at 1000 B exclusive "sign-in" "v1"
    at 1100 C set "r" "C2"
    fate b1#1 {"out":100}
    fate b1#2 {"out":3000,"back":3000}
  `,
}
