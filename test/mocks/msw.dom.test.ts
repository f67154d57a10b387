// Runs the tests of describe-msw.ts in happy-dom.
import { describeMsw } from './describe-msw.ts'

describeMsw()
