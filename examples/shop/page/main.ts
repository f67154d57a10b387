// Starts the page: the board, then both halves.
import { startBoard } from './board/board.ts'
import { mountReactHalf } from './react/mount.tsx'
import { reports } from './reports.ts'
import { network, session } from './session.ts'
import { mountVueHalf } from './vue/mount.ts'

session.key('theme').subscribe((theme) => {
  document.documentElement.dataset.theme = theme
})
// The board first, so that it hears of the first read.
startBoard(session, network, reports)
mountReactHalf('#react-half')
mountVueHalf('#vue-half')
