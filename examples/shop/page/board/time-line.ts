// Owns the columns of the time line.
import { html } from './dom.ts'
import { draw } from './drawing.ts'
import type { ExchangeMark, Mark } from './mark.ts'

/** How many columns are kept. */
const maxColumns = 60

/** Whether a mark tells only more of the same, so that it takes the last column's place. */
function isMoreOf(mark: Mark, last: Mark): boolean {
  if (mark.kind === 'write' && last.kind === 'write') return mark.label === last.label
  if (mark.kind !== 'exchange' || last.kind !== 'exchange') return false
  return last.outcome === 'in-flight' || (isSame(mark, last) && (last.outcome === 'offline' || last.outcome === 'failed'))
}

const isSame = (a: ExchangeMark, b: ExchangeMark): boolean => a.what === b.what && a.n === b.n

/** Draws the time line into a list: one column for each thing that happened, the newest at the right. */
export function createTimeLine(list: HTMLElement): (mark: Mark) => void {
  let last: Mark | undefined
  return (mark) => {
    const former = list.lastElementChild
    // A mark that is not an exchange may come while one is in flight: the exchange's column stays the last.
    if (last?.kind === 'exchange' && last.outcome === 'in-flight' && mark.kind !== 'exchange') {
      former?.before(toColumn(mark))
    } else {
      if (former && last && isMoreOf(mark, last)) former.replaceChildren(draw(mark))
      else list.append(toColumn(mark))
      last = mark
    }
    while (list.childElementCount > maxColumns) list.firstElementChild?.remove()
    list.scrollLeft = list.scrollWidth
  }
}

function toColumn(mark: Mark): HTMLElement {
  const column = html('li', `column column-${mark.kind}`)
  column.append(draw(mark))
  return column
}
