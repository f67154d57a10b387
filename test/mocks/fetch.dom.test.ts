// Runs the tests of describe-fetch.ts in happy-dom.
import { describeFetch } from './describe-fetch.ts'

describeFetch()
