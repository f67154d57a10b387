// Starts the shop on Django for a test.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../../scripts/doors.ts'
import { answers } from '../backends/django-server.ts'
import { findPort, start } from '../backends/process.ts'
import type { StartShop } from './shop-stage.ts'

const folderOfShop = join(root, 'examples/shop-django')

/** The file of the sessions and users in a stage's folder. */
const databaseIn = (folder: string): string => join(folder, 'django.sqlite')

/** Starts the shop of examples/shop-django, as `npm run start:django` does. It never outlives this process. */
export const startDjangoShop: StartShop = async ({ folder, pageFolder, port }) => {
  const free = port || (await findPort())
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(free), SHOP_DATABASE: databaseIn(folder), SHOP_PAGE: pageFolder }
  const { child, close } = start(join(folderOfShop, 'serve'), [], env)
  const url = `http://127.0.0.1:${free}/`
  await answers(url, child)
  return { url, close }
}

/** Makes another user of a running shop, in a process of its own. */
export function addUser(folder: string, name: string, password: string): void {
  const env = { ...process.env, SHOP_DATABASE: databaseIn(folder), PYTHONDONTWRITEBYTECODE: '1' }
  execFileSync('/usr/bin/python3', [join(folderOfShop, 'manage.py'), 'demo_user', name, password], { env, stdio: 'ignore' })
}
