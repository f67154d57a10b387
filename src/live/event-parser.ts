// Parses server-sent events from chunks of text. run-stream.ts feeds it. It knows nothing of sessions.

/** One event of a stream. */
export interface ServerEvent {
  /** `message` unless the stream names another. */
  readonly type: string
  readonly data: string
}

/**
 * Creates a parser of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
 * Lines end with LF, CR or CRLF, and a chunk may end anywhere. `id` and `retry` are ignored: the data has its version, and the
 * client has its own pauses.
 *
 * @example
 * const feed = createEventParser(({ type, data }) => console.log(type, data))
 * feed('event: look\ndata:\n\n')
 */
export function createEventParser(onEvent: (event: ServerEvent) => void): (chunk: string) => void {
  let rest = ''
  let endsInCr = false
  let type = ''
  let data: string[] = []

  function take(line: string): void {
    if (line === '') {
      const event = { type: type || 'message', data: data.join('\n') }
      const isEvent = data.length > 0
      type = ''
      data = []
      if (isEvent) onEvent(event)
      return
    }
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') type = value
    if (name === 'data') data.push(value)
  }

  return (chunk) => {
    if (chunk === '') return
    // The other half of a CRLF that was cut.
    const text = rest + (endsInCr && chunk[0] === '\n' ? chunk.slice(1) : chunk)
    endsInCr = chunk.endsWith('\r')
    const lines = text.split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  }
}
