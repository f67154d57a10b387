import { describeFetch } from './describe-fetch.ts'

describeFetch()
