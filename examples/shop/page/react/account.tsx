// The React half's log-in and log-out.
import { type FormEvent, type ReactElement, useState } from 'react'
import { useSession } from 'sojourn/react'
import { logIn, logOut } from '../actions.ts'
import { asksPassword } from '../server.ts'
import { session } from '../session.ts'

export function Account(): ReactElement {
  const identity = useSession(session, (snapshot) => snapshot.identity)
  const [name, setName] = useState('Ada')
  const [password, setPassword] = useState('')
  function submit(event: FormEvent): void {
    event.preventDefault()
    void (identity ? logOut() : logIn(name.trim(), password))
    setPassword('')
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
      {!identity && asksPassword && (
        <input
          className="field account-field"
          type="password"
          aria-label="Your password"
          placeholder="Password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      <button type="submit" className="button account-button">
        {identity ? 'Log out' : 'Log in'}
      </button>
    </form>
  )
}
