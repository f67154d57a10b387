// The React half's switch between light and dark.
import type { ReactElement } from 'react'
import { useSessionKey } from 'sojourn/react'
import { session } from '../session.ts'

export function ThemeSwitch(): ReactElement {
  const [theme, setTheme] = useSessionKey(session, 'theme')
  return (
    <fieldset className="choice" aria-label="Theme">
      {(['light', 'dark'] as const).map((name) => (
        <button key={name} type="button" className="choice-button" aria-pressed={theme === name} onClick={() => setTheme(name)}>
          {name === 'light' ? 'Light' : 'Dark'}
        </button>
      ))}
    </fieldset>
  )
}
