// Scenarios of servers that list their keys.
import type { Scenarios } from './scenarios.ts'

const list = '{"keys":["n","l","o","r","w"],"readOnly":["w"]}'
const wider = '{"keys":["n","l","o","r","w","m","j"],"readOnly":["w"]}'

/** What clients learn of private keys, and what they can do to them: nothing. */
export const lists: Scenarios = {
  'no conflict and no refusal shows a private key': `
    history seed=4 exposure={"lists":[${list}],"route":"apps"}
    browser b1 v1 A B
    at 0 A update "l" "A1"
    at 100 b1 secret "P0"
    at 200 B get "n"
    at 400 A set "r" "A2"
    at 400 B set "r" "B1"
    at 900 A set "r" "A3" "badA3"
  `,
  'a limit does not count private keys': `
    history seed=8 exposure={"lists":[${list}],"route":"apps","maxSessionBytes":60}
    browser b1 v1 A
    at 0 b1 secret "P0"
    at 200 A update "l" "A1"
    at 400 A set "r" "A2"
    at 600 b1 secret "P1"
    at 800 A update "l" "A3"
  `,
  'a clear spares private and read-only keys': `
    history seed=12 exposure={"lists":[${list}],"route":"apps"}
    browser b1 v1 A
    at 0 b1 secret "P0"
    at 100 b1 write "w" "W0"
    at 200 b1 write "m" "S1"
    at 400 A set "r" "A1"
    at 800 A clear "A2"
  `,
  'a hostile visitor writes, deletes and guesses nothing': `
    history seed=16 exposure={"lists":[${list}],"route":"apps"}
    browser b1 v1 A
    at 0 b1 secret "P0"
    at 100 b1 write "w" "W0"
    at 300 b1 attack "set" 0
    at 300 b1 attack "set" 7
    at 310 b1 attack "delete" 1
    at 320 b1 attack "delete" 7
    at 330 b1 attack "guess" 0
    at 340 b1 attack "gone" 0
    at 350 b1 attack "late" 7
    at 360 b1 attack "beside" 4
    at 370 b1 attack "clear" 0
    at 380 b1 attack "create" 7
  `,
  'a shop and its admin hide and overwrite nothing of each other': `
    history seed=20 exposure={"lists":[${list},${wider}],"route":"apps"}
    browser b1 v1 A B
    at 0 B set "m" "B1"
    at 200 A set "r" "A1"
    at 400 B set "j" "B2"
    at 600 A update "l" "A2"
    at 800 B update "m" "B3"
    at 1000 A clear "A3"
  `,
}
