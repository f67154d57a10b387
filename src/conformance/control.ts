// Names the events that a server under test can be asked to cause.

/** Something that only the server's own code can do; docs/conformance.md says what each event is. */
export type ControlEvent = 'read' | 'write' | 'log-in' | 'log-out' | 'flush' | 'rotate' | 'expire' | 'break'
