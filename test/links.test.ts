// Holds that every link of the docs leads to a file and to a heading.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/doors.ts'

const pages = globSync(['*.md', 'docs/*.md', 'examples/*/*.md', 'backends/*/*.md'], { cwd: root })

/** The anchor that GitHub gives a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function anchorsOf(page: string): string[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => toAnchor(heading ?? ''))
}

/** Why a link of a page leads nowhere; null where it leads somewhere, or out of the repository. */
function faultOf(page: string, link: string): string | null {
  if (/^[a-z]+:/.test(link)) return null
  const [path = '', anchor] = link.split('#')
  const target = path ? join(dirname(page), path) : page
  if (!existsSync(join(root, target))) return `${page}: ${link}`
  return anchor && target.endsWith('.md') && !anchorsOf(target).includes(anchor) ? `${page}: ${link}` : null
}

test('every link of the documentation leads to a file and to a heading', () => {
  const links = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => faultOf(page, link ?? '')),
  )
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter((fault) => fault !== null)).toEqual([])
})

test('what a comment in the code refers to in docs is there', () => {
  const names = globSync(['src/**/*.ts', 'mocks/**/*.ts', 'examples/**/*.ts'], { cwd: root, exclude: ['**/node_modules'] }).flatMap(
    (path) => [...readFileSync(join(root, path), 'utf8').matchAll(/docs\/[\w-]+\.\w+/g)].map(([name]) => `${path}: ${name}`),
  )
  expect(names.filter((name) => !existsSync(join(root, name.split(': ')[1] ?? '')))).toEqual([])
})
