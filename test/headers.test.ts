// Holds that every source file opens with a comment of one to three lines: what it owns, who calls it, what it must never do.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/doors.ts'

const folders = ['src', 'mocks', 'scripts', 'bench', 'examples', 'test']
const maxLines = 3

const files = globSync(`{${folders.join(',')}}/**/*.{ts,tsx,mjs,vue}`, {
  cwd: root,
  // The files of test/mocks/docs are shown whole in docs/testing.md.
  exclude: (path) => /(^|\/)(node_modules|dist|\.generated|test\/mocks\/docs)(\/|$)/.test(path),
})

/** Returns what is wrong with the first comment of a file; undefined if nothing is. */
function findFault(code: string): string | undefined {
  const text = code.replace(/^#!.*\n/, '')
  const [html] = /^<!-- .+ -->\n/.exec(text) ?? []
  if (html) return undefined
  const [comment = ''] = /^(\/\/ .*\n)+/.exec(text) ?? []
  const lines = comment.split('\n').length - 1
  if (lines === 0) return 'opens without a comment'
  if (lines > maxLines) return `opens with a comment of ${lines} lines; ${maxLines} are enough`
  return /[.`]\n$/.test(comment) ? undefined : 'opens with a comment that is no sentence'
}

test('every file says first what it is for', () => {
  const faults = files.map((file) => [file, findFault(readFileSync(join(root, file), 'utf8'))] as const)
  expect(files.length).toBeGreaterThan(500)
  expect(faults.filter(([, fault]) => fault !== undefined)).toEqual([])
})

test.each([
  ["import './a.ts'\n", 'opens without a comment'],
  ['/** Adds. */\nexport const add = 1\n', 'opens without a comment'],
  [`${'// One line.\n'.repeat(4)}`, 'opens with a comment of 4 lines; 3 are enough'],
  ['// TODO\n', 'opens with a comment that is no sentence'],
  ["#!/usr/bin/env node\n// Runs the command.\nimport './a.ts'\n", undefined],
  ['<!-- The cart. -->\n<script setup>\n', undefined],
])('a file that begins %j has the fault %s', (code, fault) => expect(findFault(code)).toBe(fault))
