// Reads and checks the body of a PATCH. It owns what is refused before anything is looked up.
import type { Commit } from '../protocol/commit.ts'
import { parseCommit } from '../protocol/parse-commit.ts'
import { parseStrictJson } from '../protocol/strict-json.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { toProblem } from './problems.ts'

/** A body that was read, or the response that refuses it. */
export type ReadCommit =
  | { readonly commit: Commit; readonly bytes: Uint8Array<ArrayBuffer>; readonly refusal?: undefined }
  | { readonly refusal: HttpResponse }

/** Reads and checks the body of a PATCH. What is longer than the limit is not read to its end. */
export async function readCommit(request: HttpRequest, maxBytes: number): Promise<ReadCommit> {
  if (!isJson(request)) {
    // RFC 5789, 2.2 and RFC 9110, 15.5.16: which type and which coding would have been taken.
    const headers = { 'Accept-Patch': 'application/json', 'Accept-Encoding': 'identity' }
    return { refusal: toProblem('unsupported-media-type', { headers }) }
  }
  const tooLarge = (): ReadCommit => ({
    refusal: toProblem('too-large', { detail: `The body is longer than ${maxBytes} bytes.`, limit: maxBytes }),
  })
  if (Number(request.header('content-length')) > maxBytes) return tooLarge()
  const bytes = await request.readBody(maxBytes)
  if (bytes === 'too-large') return tooLarge()
  if (bytes === 'consumed') throw new ConsumedBodyError()
  if (bytes === 'lossy') return bad('A body parser in front of the session handler read a number that JSON cannot hold.')
  const text = bytes === 'incomplete' ? undefined : decode(bytes)
  if (bytes === 'incomplete' || text === undefined) return bad('The body is not complete or not UTF-8.')
  const json = parseStrictJson(text)
  if (json.fault !== undefined) return bad(`The body is refused: ${json.fault}.`)
  const parsed = parseCommit(json.value)
  if (parsed.fault !== undefined) return bad(`The body is no commit: ${parsed.fault}.`)
  return { commit: parsed.commit, bytes }
}

/** Says that the app is set up wrongly: something in front of the handler took the body. */
export class ConsumedBodyError extends Error {
  override readonly name = 'ConsumedBodyError'

  constructor() {
    super(
      'The body of a session request was read before the session handler got it. Mount the session before body parsers and loggers that ' +
        'read bodies, or let them keep the text as rawBody.',
    )
  }
}

const bad = (detail: string): ReadCommit => ({ refusal: toProblem('bad-request', { detail }) })

function isJson(request: HttpRequest): boolean {
  const [type, ...parameters] = (request.header('content-type') ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const encoding = request.header('content-encoding')?.toLowerCase() ?? 'identity'
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '')
  return type === 'application/json' && encoding === 'identity' && (charset === undefined || charset === 'utf-8' || charset === 'utf8')
}

/** Returns the text without its byte order mark; undefined if it is not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
