// Holds that `npm run start:django` names what is missing.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { root } from '../../scripts/doors.ts'

test('without Django the start says what installs it, and fails', () => {
  const env = { ...process.env, PYTHON: '/no/python3' }

  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/start-django.ts')], { env, encoding: 'utf8' })

  expect(status).toBe(1)
  expect(stderr).toContain('backends/django/scripts/install')
  expect(stdout).toBe('')
})
