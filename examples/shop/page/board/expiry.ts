// Shows the session's remaining lifetime as a countdown.
import type { Session } from '../session.ts'
import { find } from './dom.ts'

/** The length of the ring's line. */
const ringLength = 2 * Math.PI * 20
/** A step of the clock that is longer than time itself by this is a new expiry. */
const jumpMs = 2000

function toWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return seconds >= 3600 ? text : text.slice(3)
}

/** Shows the expiry counting down, as a clock and as a ring that empties. */
export function showExpiry(session: Session): void {
  const [words, ring, keep] = [find('#expiry-words', HTMLElement), find('#expiry-ring', SVGElement), find('#keep', HTMLButtonElement)]
  let wholeMs = 0
  let lastMs = 0
  let lastNow = 0

  function show(): void {
    const leftMs = session.dehydrate()?.state.lineage ? (session.expiry?.remainingMs ?? null) : null
    const now = performance.now()
    // Not what time alone would have left: the ring begins again, full.
    if (leftMs !== null && Math.abs(lastMs - (now - lastNow) - leftMs) > jumpMs) wholeMs = leftMs
    lastMs = leftMs ?? 0
    lastNow = now
    const isSoon = leftMs !== null && leftMs <= 10_000
    words.textContent = leftMs === null ? '–' : toWords(leftMs)
    ring.style.strokeDashoffset = String(leftMs === null ? ringLength : ringLength * (1 - leftMs / Math.max(wholeMs, leftMs, 1)))
    ring.classList.toggle('is-soon', isSoon)
    keep.disabled = leftMs === null
  }

  keep.addEventListener('click', () => void session.touch())
  session.subscribe(show)
  setInterval(show, 250)
}
