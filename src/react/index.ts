// The public names of `sojourn/react`.
export type { SessionContext } from './create-session-context.ts'
export { createSessionContext } from './create-session-context.ts'
export { useSession } from './use-session.ts'
export type { SetSessionKey } from './use-session-key.ts'
export { useSessionKey } from './use-session-key.ts'
export { useSessionKeyState } from './use-session-key-state.ts'
export { useSuspenseSessionKey } from './use-suspense-session-key.ts'
