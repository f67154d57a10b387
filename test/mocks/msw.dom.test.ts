import { describeMsw } from './describe-msw.ts'

describeMsw()
