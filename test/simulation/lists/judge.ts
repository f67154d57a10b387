// Judges what clients may learn of keys that their server does not list, and what they may change. judge-write.ts and server.ts call it;
// it never changes anything.
import type { ExposedKeys } from '../../../src/server/exposed-keys.ts'
import type { Stored } from '../event-log.ts'
import type { LightResponse } from '../host.ts'
import { isSame } from '../model.ts'
import { type Lists, privateKeys, sentinel } from './plan.ts'

/** What a commit stored, as the clients of its server see it. Server code and histories without lists see all. */
export function viewOf(stored: Stored, lists: Lists): Stored {
  const { list, before } = stored
  if (list === undefined || !lists.plan) return stored
  const see = (one: Stored): Stored => ({ ...one, data: lists.visible(one.data, list) })
  return { ...see(stored), before: before && see(before), spared: lists.plan.lists[list]?.readOnly }
}

/** Returns which private or read-only keys a commit changed: there may be none. */
export function judgeHidden({ list, before, data, vault, by }: Stored, lists: Lists): string[] {
  if (list === undefined || !lists.plan) return []
  const { canWrite } = lists.exposed[list] as ExposedKeys
  const keys = new Set([...Object.keys(before?.data ?? {}), ...Object.keys(data)])
  const changed = [...keys].filter((key) => !canWrite(key) && !isSame(before?.data[key], data[key]))
  if (!isSame(before?.vault ?? null, vault)) changed.push('_vault')
  return changed.map((key) => `private: commit ${by?.client}/${by?.n} changes ${key}, which its server does not let it write`)
}

/** Returns what a response holds of keys that its server does not list. */
export function judgeResponse(response: LightResponse, request: string, list: number, lists: Lists): string[] {
  const { plan } = lists
  if (!plan) return []
  const { body, headers } = response
  const raw = `${body ?? ''}\n${[...headers.fields].join('\n')}`
  const faults = raw.includes(sentinel) ? [`private: a value of a private key is in a response: ${raw.slice(0, 200)}`] : []
  for (const key of privateKeys)
    if (raw.includes(key) && !request.includes(key)) faults.push(`private: the name ${key} is in a response: ${raw.slice(0, 200)}`)
  const { canRead } = lists.exposed[list] as ExposedKeys
  for (const key of new Set(plan.lists.flatMap(({ keys }) => keys).concat('x')))
    if (!canRead(key) && (body?.includes(`"${key}":`) || (response.status === 409 && body?.includes(`"${key}"`))))
      faults.push(`private: ${key}, which its server does not list, is in a response: ${body.slice(0, 200)}`)
  return faults
}
