// Runs the tests of describe-session.ts in happy-dom.
import { describeSession } from './describe-session.ts'

describeSession()
