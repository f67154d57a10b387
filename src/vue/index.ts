// The public names of `sojourn/vue`.
export type { SessionInjection } from './create-session-injection.ts'
export { createSessionInjection } from './create-session-injection.ts'
export { useSession } from './use-session.ts'
export { useSessionKey } from './use-session-key.ts'
export { useSessionKeyState } from './use-session-key-state.ts'
