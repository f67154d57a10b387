// Mounts the React half.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ReactHalf } from './react-half.tsx'

export function mountReactHalf(selector: string): void {
  const element = document.querySelector(selector)
  if (!element) return
  createRoot(element).render(
    <StrictMode>
      <ReactHalf />
    </StrictMode>,
  )
}
