// The guide's tests once more, as a front-end suite with a DOM runs them.
import './with-msw.test.ts'
import './without-msw.test.ts'
import './beside.test.ts'
import './browsers.test.ts'
import './django.test.ts'
import './faults.test.ts'
import './log-in.test.ts'
import './expiry.test.ts'
