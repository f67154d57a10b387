// Wires the board under the shop, which shows what the client does. Called once by main.ts.
import type { Network } from '../network.ts'
import type { Reports } from '../reports.ts'
import type { Session } from '../session.ts'
import { connectControls } from './controls.ts'
import { find } from './dom.ts'
import { showExpiry } from './expiry.ts'
import { createSentences } from './sentences.ts'
import { showStatus } from './status.ts'
import { tickSteps } from './steps.ts'
import { tellStory } from './story.ts'
import { createTimeLine } from './time-line.ts'

/** Brings the board to life. It needs no framework: `subscribe` and `on` of the client are all that it stands on. */
export function startBoard(session: Session, network: Network, reports: Reports): void {
  const addSentence = createSentences()
  const addMark = createTimeLine(find('#time-line', HTMLElement))
  reports.listen((report) => {
    addSentence(report)
    if (report.mark) addMark(report.mark)
  })
  tellStory(session, network, reports)
  showStatus(session)
  showExpiry(session)
  tickSteps(session)
  connectControls(session, network, reports)
}
