import './shell/tokens.css'
import './shell/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './shell/app.tsx'
import { startAppearance } from './shell/appearance.ts'
import { startLeaving } from './shell/own-worker.ts'
import { startUpdates } from './shell/updates.ts'

startAppearance()
startLeaving()
startUpdates()
const place = document.getElementById('app')
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
