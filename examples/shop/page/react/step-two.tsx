// The second step of the React half's checkout: delivery and note.
import type { ReactElement } from 'react'
import { useSession, useSessionKey } from 'sojourn/react'
import { session } from '../session.ts'

const ways = [
  ['post', 'By post'],
  ['counter', 'At the counter'],
] as const

export function StepTwo(): ReactElement {
  const [draft, setDraft] = useSessionKey(session, 'draft')
  const isEmpty = useSession(session, ({ values }) => values.cart.length === 0)
  return (
    <div className="checkout-fields">
      <fieldset className="choice" aria-label="Delivery">
        {ways.map(([by, words]) => (
          <button
            key={by}
            type="button"
            className="choice-button"
            aria-pressed={draft.by === by}
            onClick={() => setDraft({ ...draft, by })}
          >
            {words}
          </button>
        ))}
      </fieldset>
      <label className="labelled">
        Note
        <input className="field" maxLength={80} value={draft.note} onChange={(event) => setDraft({ ...draft, note: event.target.value })} />
      </label>
      <button type="button" className="button" onClick={() => setDraft({ ...draft, step: 1 })}>
        Back
      </button>
      <button type="submit" className="button is-main" disabled={isEmpty}>
        Order
      </button>
    </div>
  )
}
