// The first step of the React half's checkout: the address.
import type { ReactElement } from 'react'
import { useSessionKey } from 'sojourn/react'
import { session } from '../session.ts'

export function StepOne(): ReactElement {
  const [draft, setDraft] = useSessionKey(session, 'draft')
  return (
    <div className="checkout-fields">
      <label className="labelled">
        Name
        <input className="field" value={draft.name} onChange={(event) => setDraft({ ...draft, name: event.target.value })} />
      </label>
      <label className="labelled">
        Town
        <input className="field" value={draft.town} onChange={(event) => setDraft({ ...draft, town: event.target.value })} />
      </label>
      <button type="submit" className="button is-main">
        Next
      </button>
    </div>
  )
}
