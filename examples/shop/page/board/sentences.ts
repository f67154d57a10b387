// Shows the sentences of the reports and keeps the latest of them.
import { toTime } from '../format.ts'
import type { Report } from '../reports.ts'
import { find, html } from './dom.ts'

/** How many sentences are kept. */
const maxSentences = 40

/** Shows the last sentence large, where screen readers hear of it, and the ones before in a list. */
export function createSentences(): (report: Report) => void {
  const [last, list] = [find('#last-sentence', HTMLElement), find('#sentences', HTMLElement)]
  let repeats = 1
  return ({ text, tone = 'calm' }) => {
    if (text === undefined) return
    const former = list.firstElementChild
    const isSame = last.textContent === text
    repeats = isSame ? repeats + 1 : 1
    last.textContent = text
    last.dataset.tone = tone
    const item = html('li', 'sentence', isSame ? `${text} (${repeats} times)` : text)
    item.dataset.tone = tone
    item.prepend(html('time', 'sentence-time', toTime(new Date())))
    if (isSame) former?.replaceWith(item)
    else list.prepend(item)
    while (list.childElementCount > maxSentences) list.lastElementChild?.remove()
  }
}
