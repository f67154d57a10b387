// Runs the tests of describe-fetch.ts in Node.
import { describeFetch } from './describe-fetch.ts'

describeFetch()
