// Reads what proxies in front of the server say of a request: `Forwarded` (RFC 7239), else `X-Forwarded-*`.
// A visitor can write these fields too, so only what the trusted proxies appended counts, from the right.
import { isIP } from 'node:net'

/** What the outermost trusted proxy saw. */
export interface Forwarded {
  readonly protocol?: 'http:' | 'https:' | undefined
  readonly host?: string | undefined
  readonly address?: string | undefined
}

/** Reads the fields. `proxies` is how many trusted proxies stand in front, each of which appends one element or overwrites the list. */
export function readForwarded(field: (name: string) => string | undefined, proxies: number): Forwarded {
  const element = pick(split(field('forwarded'), ','), proxies)
  const parameters = new Map(split(element, ';').map(toParameter))
  const listed = (name: string): string | undefined => pick(split(field(name), ','), proxies)
  return {
    protocol: toProtocol(parameters.get('proto') ?? listed('x-forwarded-proto')),
    host: parameters.get('host') ?? listed('x-forwarded-host'),
    address: toAddress(parameters.get('for') ?? listed('x-forwarded-for')),
  }
}

/** The element that the outermost trusted proxy wrote. A shorter list was overwritten by one further in. */
function pick(elements: readonly string[], proxies: number): string | undefined {
  return elements[Math.max(0, elements.length - proxies)]
}

/** Splits at a separator outside of quotes, in one pass. */
function split(value: string | undefined, separator: string): string[] {
  if (value === undefined) return []
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let index = 0; index < value.length; index += 1) {
    const char = value[index]
    if (isQuoted && char === '\\') index += 1
    else if (char === '"') isQuoted = !isQuoted
    else if (char === separator && !isQuoted) {
      parts.push(value.slice(start, index).trim())
      start = index + 1
    }
  }
  parts.push(value.slice(start).trim())
  return parts.filter((part) => part !== '')
}

function toParameter(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  const value = text.slice(at + 1).trim()
  const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"')
  return [text.slice(0, Math.max(0, at)).trim().toLowerCase(), isQuoted ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value]
}

function toProtocol(value: string | undefined): Forwarded['protocol'] {
  const scheme = value?.toLowerCase().replace(/:$/, '')
  return scheme === 'http' || scheme === 'https' ? `${scheme}:` : undefined
}

/** An address without its port and brackets; undefined for names that proxies made up (`unknown`, `_hidden`). */
function toAddress(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const [, inBrackets] = /^\[([^\]]*)\](?::\d+)?$/.exec(value) ?? []
  const [, withoutPort] = /^([\d.]+):\d+$/.exec(value) ?? []
  const address = inBrackets ?? withoutPort ?? value
  return isIP(address) > 0 ? address : undefined
}
