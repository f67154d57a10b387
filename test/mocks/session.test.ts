import { describeSession } from './describe-session.ts'

describeSession()
