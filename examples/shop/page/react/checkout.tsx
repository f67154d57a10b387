// The React half's checkout: a draft in the session, in two steps.
import type { FormEvent, ReactElement } from 'react'
import { useSessionKey } from 'sojourn/react'
import { placeOrder } from '../actions.ts'
import { toPrice, toTime } from '../format.ts'
import { session } from '../session.ts'
import { StepOne } from './step-one.tsx'
import { StepTwo } from './step-two.tsx'

export function Checkout(): ReactElement {
  const [draft, setDraft] = useSessionKey(session, 'draft')
  const [order] = useSessionKey(session, 'lastOrder')
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (draft.step === 1) setDraft({ ...draft, step: 2 })
    else void placeOrder()
  }
  return (
    <form className="checkout" aria-label="Checkout" onSubmit={submit}>
      <h3 className="checkout-head">
        Checkout <span className="checkout-step">step {draft.step} of 2</span>
      </h3>
      {draft.step === 1 ? <StepOne /> : <StepTwo />}
      <p className="checkout-order">
        {order
          ? `Order ${order.number} of ${toPrice(order.cents)} was placed at ${toTime(order.at)}.`
          : 'The draft is kept in the session, field by field.'}
      </p>
    </form>
  )
}
