import { useSyncExternalStore } from 'react'

export const themes = ['system', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]
export const densities = ['auto', 'compact', 'touch', 'glove'] as const
export type Density = (typeof densities)[number]

export interface Appearance {
  readonly theme: Theme
  readonly density: Density
}

const KEY = 'relay-appearance'
const listeners = new Set<() => void>()
let appearance = read()

/** How this device shows the app: nobody's secret, and no record. */
export function useAppearance(): Appearance {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => appearance,
  )
}

export function setAppearance(more: Partial<Appearance>): void {
  appearance = { ...appearance, ...more }
  try {
    localStorage.setItem(KEY, JSON.stringify(appearance))
  } catch {
    // Where nothing can be kept it holds until the page is closed.
  }
  show()
}

/** Puts it on the page, now and whenever the system's own wish changes. */
export function startAppearance(): void {
  show()
  for (const query of [DARK, CONTRAST, COARSE]) matchMedia(query).addEventListener('change', show)
}

const DARK = '(prefers-color-scheme: dark)'
const CONTRAST = '(prefers-contrast: more)'
const COARSE = '(pointer: coarse)'

function show(): void {
  const { theme, density } = appearance
  const root = document.documentElement
  root.dataset['theme'] = theme === 'system' ? systemTheme() : theme
  root.dataset['density'] = density === 'auto' ? (matchMedia(COARSE).matches ? 'touch' : 'compact') : density
  for (const listener of listeners) listener()
}

function systemTheme(): Exclude<Theme, 'system'> {
  if (matchMedia(CONTRAST).matches) return 'contrast'
  return matchMedia(DARK).matches ? 'dark' : 'light'
}

function read(): Appearance {
  const usual: Appearance = { theme: 'system', density: 'auto' }
  try {
    const { theme, density } = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return {
      theme: themes.includes(theme) ? theme : usual.theme,
      density: densities.includes(density) ? density : usual.density,
    }
  } catch {
    return usual
  }
}
