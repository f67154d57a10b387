import type { Commit } from '../protocol/commit.ts'
import { parseCommit } from '../protocol/parse-commit.ts'
import { parseStrictJson } from '../protocol/strict-json.ts'
import { toProblem } from './problems.ts'

/** A body that was read, or the answer that refuses it. */
export type ReadCommit =
  | { readonly commit: Commit; readonly bytes: Uint8Array<ArrayBuffer>; readonly refusal?: undefined }
  | { readonly refusal: Response }

/** Reads and checks the body of a PATCH. What is longer than the limit is not read to its end. */
export async function readCommit(request: Request, maxBytes: number): Promise<ReadCommit> {
  if (!isJson(request)) {
    return { refusal: toProblem('unsupported-media-type', { headers: { 'Accept-Patch': 'application/json' } }) }
  }
  const tooLarge = (): ReadCommit => ({
    refusal: toProblem('too-large', { detail: `The body is longer than ${maxBytes} bytes.`, limit: maxBytes }),
  })
  if (Number(request.headers.get('Content-Length')) > maxBytes) return tooLarge()
  const bytes = await readBytes(request, maxBytes)
  if (bytes === 'too-large') return tooLarge()
  const text = bytes && decode(bytes)
  if (text === undefined) return bad('The body is not complete or not UTF-8.')
  const json = parseStrictJson(text)
  if (json.fault !== undefined) return bad(`The body is refused: ${json.fault}.`)
  const parsed = parseCommit(json.value)
  if (parsed.fault !== undefined) return bad(`The body is no commit: ${parsed.fault}.`)
  return { commit: parsed.commit, bytes: bytes as Uint8Array<ArrayBuffer> }
}

const bad = (detail: string): ReadCommit => ({ refusal: toProblem('bad-request', { detail }) })

function isJson(request: Request): boolean {
  const [type, ...parameters] = (request.headers.get('Content-Type') ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const encoding = request.headers.get('Content-Encoding')?.toLowerCase() ?? 'identity'
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '')
  return type === 'application/json' && encoding === 'identity' && (charset === undefined || charset === 'utf-8' || charset === 'utf8')
}

/** undefined where the body breaks off. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | 'too-large' | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      length += part.value.byteLength
      if (length > maxBytes) {
        await reader?.cancel()
        return 'too-large'
      }
      chunks.push(part.value)
    }
  } catch {
    return undefined
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** The text without its byte order mark; undefined where it is not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
