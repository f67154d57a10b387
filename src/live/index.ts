// The public names of `sojourn/live`.
export { createLive, type LiveOptions } from './create-live.ts'
