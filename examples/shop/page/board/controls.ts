// Connects the board's buttons: other parties, and switches for the page's network.
import type { Fault, Network } from '../network.ts'
import type { Reports } from '../reports.ts'
import type { Session } from '../session.ts'
import { find } from './dom.ts'
import { askParty } from './parties.ts'

const switched: Record<Fault, readonly [on: string, off: string]> = {
  offline: ['The network is gone. What you write is shown and waits here.', 'The network is back. What waited goes at once.'],
  slow: ['The network is slow now: nearly three seconds there and back.', 'The network is quick again.'],
  'lose-answer': ['The response to your next commit will get lost.', ''],
  'lose-request': ['Your next commit will get lost on its way.', ''],
}

const isFault = (name: string | undefined): name is Fault => name !== undefined && Object.hasOwn(switched, name)

/** Makes the buttons of the other parties and the switches of the network work. */
export function connectControls(session: Session, network: Network, { publish }: Reports): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-party]')) {
    button.addEventListener('click', async () => publish(await askParty(session, button.dataset.party ?? '')))
  }

  const switches = document.querySelectorAll<HTMLButtonElement>('[data-fault]')
  for (const button of switches) {
    const fault = button.dataset.fault
    if (!isFault(fault)) continue
    button.addEventListener('click', () => {
      const isOn = !network.has(fault)
      const [on, off] = switched[fault]
      publish({ text: isOn ? on : off || 'Nothing will get lost.' })
      network.set(fault, isOn)
    })
  }
  network.onSwitch(() => {
    for (const button of switches) {
      const fault = button.dataset.fault
      button.ariaPressed = String(isFault(fault) && network.has(fault))
    }
  })

  find('#look', HTMLButtonElement).addEventListener('click', () => void session.revalidate())
  const [board, toggle] = [find('#board', HTMLElement), find('#board-toggle', HTMLButtonElement)]
  toggle.addEventListener('click', () => {
    const isOpen = board.classList.toggle('is-open')
    toggle.ariaExpanded = String(isOpen)
    toggle.textContent = isOpen ? 'Less' : 'More'
  })
}
