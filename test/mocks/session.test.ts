// Runs the tests of describe-session.ts in Node.
import { describeSession } from './describe-session.ts'

describeSession()
