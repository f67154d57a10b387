// Holds that a field of mutable state is written only by the file that declares it, in all of src, and that a part of the pipeline's state is
// changed only by its owner.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor } from 'vite'
import { describe, expect, test } from 'vitest'
import { root } from '../scripts/doors.ts'

interface Named {
  readonly type: string
  readonly name?: string
  readonly value?: unknown
}

/** The name of a property that is not computed. */
const nameOf = (key: Named): string | undefined => key.name ?? (typeof key.value === 'string' ? key.value : undefined)

interface Fields {
  /** Fields that the file declares and that may change: of interfaces, types, classes and its own literals. */
  readonly declared: ReadonlySet<string>
  /** Fields that it assigns, counts up or deletes, and those that it puts into an object by `Object.assign`. */
  readonly written: ReadonlySet<string>
  /** Fields that it replaces in a copy: `{ ...part, field }`. */
  readonly replaced: ReadonlySet<string>
}

function fieldsOf(path: string, code: string = readFileSync(join(root, path), 'utf8')): Fields {
  const { program, errors } = parseSync(path, code)
  /** Literals whose members go into another object. */
  const assigned = new Set<unknown>()
  if (errors.length > 0) throw new Error(`Failed to parse ${path}: ${errors[0]?.message}`)
  const declared = new Set<string>()
  const written = new Set<string>()
  const replaced = new Set<string>()
  const add = (set: Set<string>, key: unknown): void => {
    const name = nameOf(key as Named)
    if (name !== undefined) set.add(name)
  }
  const write = (target: unknown): void => {
    const { type, computed, property, object } = target as { type: string; computed?: boolean; property?: unknown; object?: Named }
    if (type === 'MemberExpression' && !computed && object?.type !== 'ThisExpression') add(written, property)
  }
  new Visitor({
    TSPropertySignature: ({ readonly, key }) => {
      if (!readonly) add(declared, key)
    },
    PropertyDefinition: ({ readonly, key }) => {
      if (!readonly) add(declared, key)
    },
    AssignmentExpression: ({ left }) => write(left),
    UpdateExpression: ({ argument }) => write(argument),
    UnaryExpression: ({ operator, argument }) => {
      if (operator === 'delete') write(argument)
    },
    ReturnStatement: ({ argument }) => {
      // What is returned at once is made here, such as a function with members.
      if (argument?.type === 'CallExpression') for (const literal of argument.arguments) assigned.add(literal)
    },
    CallExpression: ({ callee, arguments: [target, ...sources] }) => {
      const { object, property } = callee as { object?: Named; property?: Named }
      if (object?.name !== 'Object' || property?.name !== 'assign' || target?.type === 'ObjectExpression') return
      for (const source of sources) {
        if (source.type !== 'ObjectExpression' || assigned.has(source)) continue
        assigned.add(source)
        for (const member of source.properties) if (member.type === 'Property' && !member.computed) add(written, member.key)
      }
    },
    ObjectExpression: (literal) => {
      if (assigned.has(literal)) return
      const { properties } = literal
      const isCopy = properties.some(({ type }) => type === 'SpreadElement')
      for (const member of properties) if (member.type === 'Property' && !member.computed) add(isCopy ? replaced : declared, member.key)
    },
  }).visit(program)
  return { declared, written, replaced }
}

/** Fields of objects that Node, the DOM, React and Express own. */
const hostFields: readonly string[] = [
  ...['statusCode', 'exitCode', 'url', 'current', 'cookie'],
  ...['writeHead', 'write', 'end', 'session', 'sessionID', 'status'],
]

/** Fields that a file writes and does not declare. */
const foreignWrites = ({ declared, written }: Fields): string[] =>
  [...written].filter((name) => !declared.has(name) && !hostFields.includes(name))

const paths = globSync('src/**/*.{ts,tsx}', { cwd: root }).map((path) => path.replaceAll('\\', '/'))

describe('mutable state', () => {
  test('is written only by the file that declares it', () => {
    const found = paths.flatMap((path) => foreignWrites(fieldsOf(path)).map((name) => `${path} writes ${name}`))
    expect(found).toEqual([])
  })
})

describe('a part of the pipeline', () => {
  const owners: Readonly<Record<string, readonly string[]>> = {
    'outbox.ts': ['inFlight', 'superseded', 'needsFence', 'bisectLength', 'forceCreate', 'acknowledged', 'mayBeStored', 'isRefused'],
    'pacing.ts': ['conflicts', 'mismatches', 'contention', 'retryAfterSince', 'retryAt', 'retryAfterUntil', 'skips', 'isOffline'],
    'read-queue.ts': ['pending', 'waiter', 'isReading', 'nextWaiter'],
    'section.ts': ['phase', 'calls', 'expectsIdentityChange', 'readsAtOnce'],
    'session-end.ts': ['needsRead', 'done', 'isForbidden'],
    'cookie.ts': ['created'],
    'freshness.ts': ['requests', 'isEchoed', 'isBypassed'],
  }
  test.each(Object.entries(owners))('that %s owns is changed by it alone', (owner, names) => {
    const others = paths.filter((path) => path.startsWith('src/sync/') && path !== `src/sync/${owner}`)
    const found = others.flatMap((path) =>
      [...fieldsOf(path).replaced].filter((name) => names.includes(name)).map((name) => `${path}: ${name}`),
    )
    expect(found).toEqual([])
  })
})

describe('the check', () => {
  test.each<[string, string, string[]]>([
    ['an assignment', 'export function f(a: A) { a.x = 1 }', ['x']],
    ['a count', 'export function f(a: A) { a.x++ }', ['x']],
    ['a deletion', 'export function f(a: A) { delete a.x }', ['x']],
    ['Object.assign', 'export function f(a: A) { Object.assign(a, { x: 1, y: 2 }) }', ['x', 'y']],
    ['a nested assignment', 'export function f(a: A) { a.b.x ??= 1 }', ['x']],
    ['a field of its own', 'interface A { x: number }\nexport function f(a: A) { a.x = 1 }', []],
    ['a readonly field of its own', 'interface A { readonly x: number }\nexport function f(a: A) { a.x = 1 }', ['x']],
    ['a literal of its own', 'export function f() { const a = { x: 1 }; a.x = 2; return a }', []],
    ['a new object', 'export const f = (a: A) => Object.assign({}, { x: 1 })', []],
    ['an entry of a map', 'export function f(a: Record<string, number>, k: string) { a[k] = 1 }', []],
  ])('%s', (_, code, expected) => {
    expect(foreignWrites(fieldsOf('a.ts', code))).toEqual(expected)
  })
})
