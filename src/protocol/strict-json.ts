// Parses a request body as strict JSON. Called by the server only, so that the client does not carry it.
import type { Json } from './json.ts'

/** The deepest nesting of arrays and objects that a body may have. */
export const maxDepth = 64

/** A parsed text, or why it is refused. */
export type ParsedJson = { readonly value: Json; readonly fault?: undefined } | { readonly fault: string }

/**
 * Parses JSON that comes back as it went in, on any server and in any browser. Beyond what JSON.parse refuses, it
 * refuses what parsers read differently: duplicate keys (some take the first, some the last), numbers that overflow
 * to infinity, integers beyond 2^53 - 1, lone surrogates, `__proto__` as a key, and nesting over 64.
 *
 * @example
 * parseStrictJson('{"a":1,"a":2}') // { fault: 'the key "a" is there twice' }
 */
export function parseStrictJson(text: string): ParsedJson {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return { fault: 'it is not JSON' }
  }
  const fault = findFault(text)
  return fault === undefined ? { value } : { fault }
}

/**
 * One linear pass over the tokens of a text that JSON.parse took, so that it need not check the grammar.
 * JSON.parse alone is not enough: it has dropped duplicates and rounded numbers by the time it returns.
 */
function findFault(text: string): string | undefined {
  // The keys of each open object; an open array has none.
  const open: (Set<string> | undefined)[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at] as string
    if (char === '"') {
      const end = endOfString(text, at)
      const keys = text[skipSpace(text, end)] === ':' ? open.at(-1) : undefined
      const fault = stringFault(text.slice(at, end), keys)
      if (fault !== undefined) return fault
      at = end
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      const end = endOfNumber(text, at)
      const fault = numberFault(text.slice(at, end))
      if (fault !== undefined) return fault
      at = end
    } else {
      if (char === '{' || char === '[') open.push(char === '{' ? new Set() : undefined)
      else if (char === '}' || char === ']') open.pop()
      if (open.length > maxDepth) return `it is nested deeper than ${maxDepth}`
      at += 1
    }
  }
  return undefined
}

/** `keys` are those of the object so far where the string is a key of it. */
function stringFault(token: string, keys: Set<string> | undefined): string | undefined {
  // Without an escape the token is the string; a lone surrogate can come by an escape alone, or from a caller's own string.
  const string = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
  if (/\p{Surrogate}/u.test(string)) return 'a string has a lone surrogate'
  if (keys === undefined) return undefined
  if (string === '__proto__') return '"__proto__" cannot be a key'
  if (keys.has(string)) return `the key ${JSON.stringify(string.slice(0, 100))} is there twice`
  keys.add(string)
  return undefined
}

function numberFault(token: string): string | undefined {
  const number = Number(token)
  if (!Number.isFinite(number)) return 'a number is too large'
  // `1e20` is written as digits the next time.
  if ([token, String(number)].some((text) => /^-?\d+$/.test(text)) && !Number.isSafeInteger(number)) return 'an integer is beyond 2^53 - 1'
  return undefined
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && '0123456789.eE+-'.includes(text[at] as string)) at += 1
  return at
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at += 1
  return at
}
