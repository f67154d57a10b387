// Shows the client's activity and its pending mutations.
import type { PendingMutation } from 'sojourn'
import type { Session } from '../session.ts'
import { find, html } from './dom.ts'
import { count, listOf } from './words.ts'

type Activity = ReturnType<Session['getSnapshot']>['activity']

const activities: Record<Activity, string> = {
  idle: 'Nothing is in flight',
  loading: 'Reading the session',
  sending: 'Sending a commit',
  retrying: 'Waiting for the next try',
  offline: 'Offline: writes wait here',
}

/** How many chips there is room for. */
const maxChips = 5

function toChip(entry: PendingMutation): HTMLElement {
  const { kind, keys, sent } = entry
  const chip = html('li', sent ? 'chip is-sent' : 'chip', `${kind} ${keys.length > 0 ? listOf(keys) : ''}`.trim())
  chip.title = sent ? 'In the commit in flight' : 'Waits for the next commit'
  if (!sent && kind !== 'end') {
    const button = html('button', 'chip-discard', '×')
    button.type = 'button'
    button.ariaLabel = `Take back: ${chip.textContent}`
    button.addEventListener('click', () => entry.discard())
    chip.append(button)
  }
  return chip
}

/** Shows what the client is doing and what is pending. */
export function showStatus(session: Session): void {
  const [words, lamp, chips] = [find('#status-words', HTMLElement), find('#lamp', HTMLElement), find('#chips', HTMLElement)]
  const counts = document.querySelectorAll('[data-pending-count]')
  session.subscribe(({ status, activity, pending }) => {
    words.textContent = status === 'ready' || activity !== 'idle' ? activities[activity] : 'Not loaded yet'
    lamp.dataset.activity = activity
    for (const element of counts) element.textContent = count(pending, 'pending write')
    const entries = session.pending
    const rest = entries.length - maxChips
    chips.replaceChildren(...entries.slice(0, maxChips).map(toChip), ...(rest > 0 ? [html('li', 'chip is-rest', `and ${rest} more`)] : []))
  })
}
