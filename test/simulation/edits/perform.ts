// The steps of a tab in mode `edits`. perform.ts of the simulation calls it for a step that it does not know.
import type { SessionClient } from '../../../src/index.ts'
import type { Hands } from '../perform.ts'
import { applyChange, type ChangeName, changeInPlace } from './changes.ts'
import type { Edit } from './edit-log.ts'
import { type Key, keyRules, type Plain, toApp, toPlain } from './keys.ts'

type Untyped = SessionClient<Record<string, unknown>>

type Perform = (hands: Hands, key: Key, id: string, ...rest: string[]) => void

function call(
  { client, write, edits }: Hands,
  edit: Edit,
  kind: 'set' | 'delete' | 'update',
  run: (client: Untyped) => Promise<unknown>,
): void {
  const untyped = client as unknown as Untyped
  edits.add(edit, toPlain(untyped.peek(edit.key)))
  write({ kind, key: edit.key, id: edit.id, value: edit.value as never }, () => run(untyped))
}

const set = (hands: Hands, key: Key, id: string, value: Plain): void =>
  call(hands, { id, key, value }, 'set', (client) => client.set(key, toApp(key, value)))

const shownOf = ({ client }: Hands, key: Key): Plain => toPlain((client as unknown as Untyped).peek(key))

class ChangedMind extends Error {
  override readonly name = 'ChangedMind'
}

export const editPerforms: Readonly<Record<string, Perform>> = {
  /** Sets what is shown with one thing changed, as a form does. */
  edit: (hands, key, id, name, argument) =>
    set(hands, key, id, applyChange(key, name as ChangeName, argument as string, shownOf(hands, key))),
  /** Sets what is shown, as an autosave of an unchanged form does. */
  keep: (hands, key, id) => set(hands, key, id, shownOf(hands, key)),
  put: (hands, key, id, index) => set(hands, key, id, keyRules[key].literals[Number(index) % keyRules[key].literals.length]),
  erase: (hands, key, id) => call(hands, { id, key, value: undefined }, 'delete', (client) => client.delete(key)),
  change(hands, key, id, name, argument) {
    const change = (value: Plain): Plain => applyChange(key, name as ChangeName, argument as string, value)
    call(hands, { id, key, change }, 'update', (client) =>
      client.update(key, (value) => changeInPlace(key, name as ChangeName, argument as string, value)),
    )
  },
  /** An update that has changed what it was given when it throws. */
  half({ client, write }, key, id) {
    const run = (value: unknown): unknown => {
      changeInPlace(key, 'add', 'half', value)
      throw new ChangedMind()
    }
    write({ kind: 'update', key, id }, () => (client as unknown as Untyped).update(key, run))
  },
}
