// Leads the package's public names to its sources, or with SOJOURN_DIST to the built files, in a process that a test starts with
// `--import` of this file. The tests themselves have the same by vitest's aliases.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { doors, root } from '../scripts/doors.ts'

const to = process.env.SOJOURN_DIST ? 'file' : 'source'
const urls = new Map(doors.map((door) => [door.specifier, pathToFileURL(join(root, door[to])).href]))

registerHooks({ resolve: (specifier, context, next) => next(urls.get(specifier) ?? specifier, context) })
