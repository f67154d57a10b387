import { type FormEvent, type ReactElement, useState } from 'react'
import { useSession } from 'sojourn/react'
import { logIn, logOut } from '../actions.ts'
import { session } from '../session.ts'

export function Account(): ReactElement {
  const identity = useSession(session, (snapshot) => snapshot.identity)
  const [name, setName] = useState('Ada')
  function submit(event: FormEvent): void {
    event.preventDefault()
    void (identity ? logOut() : logIn(name.trim()))
  }
  return (
    <form className="account" onSubmit={submit}>
      {identity ? (
        <span className="account-name">
          Logged in as <b>{identity}</b>
        </span>
      ) : (
        <input
          className="field account-field"
          aria-label="Your name"
          required
          maxLength={24}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <button type="submit" className="button account-button">
        {identity ? 'Log out' : 'Log in'}
      </button>
    </form>
  )
}
