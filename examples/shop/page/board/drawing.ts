// Draws the marks of the time line as SVG.
import { svg } from './dom.ts'
import type { ExchangeMark, Mark, Outcome } from './mark.ts'

/** Where the rails lie. The style sheet draws them at the same heights. */
const pageY = 34
const serverY = 86
const height = 112
const width = 68
const middle = width / 2

const dot = (cx: number, cy: number, className: string, r = 5.5): SVGElement => svg('circle', { cx, cy, r, class: className })
const line = (d: string, className: string): SVGElement => svg('path', { d, class: className })
const square = (cx: number, cy: number, className: string): SVGElement =>
  svg('rect', { x: cx - 6, y: cy - 6, width: 12, height: 12, class: className, transform: `rotate(45 ${cx} ${cy})` })
const cross = (x: number, y: number): SVGElement => line(`M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, 'mark-cross')

function label(text: string, y: number, className = 'mark-label'): SVGElement {
  return svg('text', { x: middle, y, class: className, 'text-anchor': 'middle' }, document.createTextNode(text))
}
const above = (text: string): SVGElement => label(text, pageY - 16)
const below = (text: string): SVGElement => label(text, serverY + 22)

const down = `M9 ${pageY}L${middle} ${serverY}`
const up = `M${middle} ${serverY}L${width - 9} ${pageY}`
const half = (pageY + serverY) / 2

/** What stands below the server's rail. */
const responses: Record<Outcome, (mark: ExchangeMark) => string> = {
  'in-flight': () => '',
  stored: ({ n }) => `stored ${n}`,
  known: ({ n }) => `has ${n}`,
  read: () => 'state',
  unchanged: () => '304',
  conflict: () => '409',
  refused: () => 'refused',
  gone: () => '410',
  'old-key': () => '409',
  offline: () => '',
  'request-lost': () => '',
  'answer-lost': ({ n }) => (n === undefined ? '' : `stored ${n}`),
  failed: () => '',
}

/** The way there, the response, and what is between. */
function drawOutcome(outcome: Outcome): SVGElement[] {
  switch (outcome) {
    case 'in-flight': {
      const motion = svg('animateMotion', { path: `${down}L${width - 9} ${pageY}`, dur: '1.6s', repeatCount: 'indefinite' })
      return [line(down, 'mark-way is-open'), line(up, 'mark-way is-open'), svg('circle', { r: 4, class: 'mark-train' }, motion)]
    }
    case 'offline':
      return [line(`M9 ${pageY}l9 21`, 'mark-way is-lost'), cross(22, pageY + 28)]
    case 'request-lost':
    case 'failed':
      return [line(`M9 ${pageY}L${(9 + middle) / 2} ${half}`, 'mark-way is-lost'), cross((9 + middle) / 2 + 3, half + 7)]
    case 'answer-lost': {
      const x = (middle + width - 9) / 2
      return [
        line(down, 'mark-way is-good'),
        dot(middle, serverY, 'mark-station'),
        line(`M${middle} ${serverY}L${x - 3} ${half + 7}`, 'mark-way is-lost'),
        cross(x, half),
      ]
    }
    case 'conflict':
    case 'refused':
    case 'gone':
    case 'old-key':
      return [line(down, 'mark-way is-bad'), line(up, 'mark-way is-bad'), square(middle, serverY, 'mark-refusal')]
    case 'read':
    case 'unchanged':
      return [line(down, 'mark-way is-read'), line(up, 'mark-way is-read'), dot(middle, serverY, 'mark-ring', 4.5)]
    default:
      return [
        line(down, 'mark-way is-good'),
        line(up, 'mark-way is-good'),
        dot(middle, serverY, outcome === 'known' ? 'mark-ring is-good' : 'mark-station'),
      ]
  }
}

function drawExchange(mark: ExchangeMark): SVGElement[] {
  const { what, n, attempt, outcome } = mark
  const title = what === 'commit' ? `commit ${n}` : what
  const again = what === 'commit' && attempt > 1 ? [label(`attempt ${attempt}`, pageY - 5, 'mark-label is-small')] : []
  return [...drawOutcome(outcome), label(title, pageY - 18), ...again, below(responses[outcome](mark))]
}

function drawMark(mark: Mark): SVGElement[] {
  switch (mark.kind) {
    case 'exchange':
      return drawExchange(mark)
    case 'write':
      return [dot(middle, pageY, 'mark-write'), above(mark.label), label('to the log', pageY + 20, 'mark-label is-small')]
    case 'replay':
      return [line(`M${middle - 10} ${pageY + 1}a11 11 0 1 1 20 0m-5 -5l5 5l5 -5`, 'mark-loop'), label(mark.label, pageY + 22)]
    case 'tab':
      return [line(`M${middle - 7} ${pageY - 11}h14l-7 11z`, 'mark-tab'), label(mark.label, pageY - 18)]
    case 'elsewhere':
      return [line(`M${middle - 7} ${serverY + 11}h14l-7 -11z`, 'mark-elsewhere'), label(mark.label, serverY + 24)]
    case 'account':
      return [
        line(`M${middle} ${pageY}V${serverY}`, 'mark-bar'),
        dot(middle, half, 'mark-key', 8),
        dot(middle, half, 'mark-hole', 3),
        above(mark.label),
      ]
    case 'end':
      return [
        line(`M${middle - 4} ${pageY - 10}v${serverY - pageY + 20}m8 0v${pageY - serverY - 20}`, 'mark-end'),
        label(mark.label, pageY - 18),
      ]
  }
}

/** Draws one column of the time line. */
export function draw(mark: Mark): SVGElement {
  const className = mark.kind === 'exchange' ? `mark mark-${mark.kind}` : `mark mark-${mark.kind}-column`
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, class: className, 'aria-hidden': 'true' }, ...drawMark(mark))
}
