// Draws the steps of a history of mode `edits`. generate.ts of the simulation calls it; what it draws is data, nothing runs here.
import type { Random } from '../random.ts'
import type { BrowserPlan, Step } from '../script.ts'
import { changeNames } from './changes.ts'
import { editKeys, keyRules } from './keys.ts'
import type { EditProbabilities } from './probabilities.ts'

/** What an edit names: people, towns and products, few, so that they meet. */
const texts = ['tea', 'milk', 'cake', 's']

type Args = Step['args']

/** Draws one step of a tab on some key: its name and what follows the key and the id. */
function drawEdit(random: Random, what: string): Args {
  if (what === 'edit' || what === 'change') return [random.pick(changeNames), random.pick(texts)]
  return what === 'put' ? [random.int(3)] : []
}

type Add = (at: number, who: string, what: string, ...args: Args) => void

/** How far apart two people make what meets, in milliseconds: before either hears of the other. */
const meetingMs = 15
/** From one meeting to the next. */
const meetingEveryMs = 300

/** Draws people who edit one key at the same time, again and again, over what server code has stored or over nothing. */
function drawMeetings(random: Random, browsers: readonly BrowserPlan[], add: Add, idOf: (who: string) => string): void {
  // Lists have the most rules.
  const key = random.pick(editKeys.filter((one) => random.chance(0.7) || Array.isArray(keyRules[one].fallback)))
  const tabs = browsers.flatMap((browser) => browser.tabs)
  const [first, second] = [random.int(tabs.length), 1 + random.int(tabs.length - 1)]
  const people = [first, (first + second) % tabs.length].map((index) => tabs[index] as string)
  for (const { name } of browsers.slice(1)) add(60, name, 'join', 'b1')
  add(0, 'b1', 'plant', random.chance(0.8) ? key : 'theme', random.int(4))
  for (const tab of tabs) add(100, tab, 'get', 'n')
  const count = 2 + random.int(4)
  for (let meeting = 1; meeting <= count; meeting++) {
    const at = 100 + meeting * meetingEveryMs
    // Often about one item.
    const about = random.chance(0.6) ? random.pick(texts) : undefined
    for (const tab of people) {
      const what = random.chance(0.9) ? 'edit' : random.pick(['put', 'keep', 'erase'])
      const [name, text] = drawEdit(random, what)
      add(
        at + random.int(meetingMs),
        tab,
        what,
        key,
        idOf(tab),
        ...(what === 'edit' ? [name as string, about ?? (text as string)] : name === undefined ? [] : [name]),
      )
    }
    if (random.chance(0.15)) add(at + random.int(meetingMs), 'b1', 'plant', key, random.int(4))
  }
}

/** Draws the steps of a history. */
export function drawEditSteps(
  random: Random,
  browsers: readonly BrowserPlan[],
  probabilities: EditProbabilities,
  hasWorkers: boolean,
): Step[] {
  const steps: Step[] = []
  const numbers = new Map<string, number>()
  const add: Add = (at, who, what, ...args) => void steps.push({ at, who, what, args })
  const idOf = (who: string): string => {
    const number = (numbers.get(who) ?? 0) + 1
    numbers.set(who, number)
    return `${who}${number}`
  }
  let last: { readonly what: string; readonly key: string; readonly rest: Args } | undefined

  function addBrowserStep(at: number, { name, visitor }: BrowserPlan): void {
    const what = random.weigh(probabilities.browserSteps)
    switch (what) {
      case 'sign-in':
        return add(at, name, what, random.chance(0.8) ? visitor : `${visitor}b`)
      case 'plant':
        return add(at, name, what, random.weigh(probabilities.keys), random.int(4))
      case 'refuse':
        return add(at, name, what, random.weigh(probabilities.keys), 1 + random.int(3))
      case 'offline':
        add(at, name, what)
        return add(at + random.int(6000), name, 'online')
      case 'join':
        return void (browsers.every((one) => one.visitor === visitor) && name !== 'b1' && add(at, name, what, 'b1'))
      default:
        return add(at, name, what)
    }
  }

  function addTabStep(at: number, { tabs, visitor }: BrowserPlan): void {
    const tab = random.pick(tabs)
    const what = random.weigh(probabilities.tabSteps)
    switch (what) {
      case 'edit':
      case 'put':
      case 'keep':
      case 'change':
      case 'erase': {
        const isAgain = last !== undefined && random.chance(probabilities.again)
        const next = isAgain && last ? last : { what, key: random.weigh(probabilities.keys), rest: drawEdit(random, what) }
        last = next
        return add(at, tab, next.what, next.key, idOf(tab), ...next.rest)
      }
      case 'half':
        return add(at, tab, what, random.pick(['bag', 'tags']), idOf(tab))
      case 'count':
        return add(at, tab, 'update', 'n', idOf(tab))
      case 'discard':
        return add(at, tab, what, random.int(3))
      case 'exclusive':
        return add(at, tab, what, ...random.pick([['sign-in', visitor], ['rotate'], ['look']]))
      case 'sleep':
        add(at, tab, what)
        return add(at + random.int(15_000), tab, 'wake')
      default:
        return add(at, tab, what, idOf(tab))
    }
  }

  if (hasWorkers) {
    for (const { name } of browsers)
      add(0, name, 'worker', random.pick(['cache-first', 'stale', 'network-first', 'bare']), random.chance(0.5))
  }
  if (!hasWorkers && browsers.every(({ visitor }) => visitor === 'v1') && random.chance(probabilities.meetings)) {
    drawMeetings(random, browsers, add, idOf)
    return steps.sort((a, b) => a.at - b.at)
  }
  const count = random.chance(0.8) ? 2 + random.int(4) : 6 + random.int(8)
  const isEarly = random.chance(0.4)
  let at = 0
  if (!isEarly) for (const tab of browsers.flatMap(({ tabs }) => tabs)) add(0, tab, 'get', 'n')
  if (!isEarly) at = 100
  for (let index = 0; index < count; index++) {
    at += random.chance(probabilities.quick) ? random.int(random.chance(0.5) ? 2 : 60) : random.int(random.chance(0.3) ? 6000 : 400)
    const browser = random.pick(browsers)
    if (random.chance(probabilities.byBrowser)) addBrowserStep(at, browser)
    else addTabStep(at, browser)
  }
  return steps.sort((a, b) => a.at - b.at)
}
