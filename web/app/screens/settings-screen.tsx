import { Link, Route, Switch } from 'wouter'
import { RadioList } from '../parts/choices.tsx'
import { LinkTabs } from '../parts/link-tabs.tsx'
import { may } from '../session/may.ts'
import { useSession } from '../session/session.ts'
import { densities, setAppearance, themes, useAppearance } from '../shell/appearance.ts'
import { DevicePart } from './device-part.tsx'
import { FoldersPart } from './folders-part.tsx'
import { ProgramsPart } from './programs-part.tsx'
import { RulesPart } from './rules-part.tsx'
import styles from './settings-screen.module.css'

/** How this device shows things, what it keeps, and what the relay goes by. */
export default function SettingsScreen() {
  const session = useSession()
  const mayRead = may(session, 'settings.read')
  return (
    <>
      <h1>Settings</h1>
      <LinkTabs
        label="Parts of settings"
        tabs={[
          ['/settings', 'This device'],
          ...(may(session, 'api.read') ? [['/settings/rules', 'Rules of the site'] as const] : []),
          ...(may(session, 'feed.read') ? [['/settings/programs', 'Programs'] as const] : []),
          ...(mayRead ? [['/settings/folders', 'Folders and persons'] as const] : []),
        ]}
      />
      <Switch>
        <Route path="/settings/rules" component={RulesPart} />
        <Route path="/settings/folders" component={FoldersPart} />
        <Route path="/settings/programs" component={ProgramsPart} />
        <Route>
          <div className={styles['part']}>
            <AppearancePart />
            <DevicePart />
            <p>
              <Link href="/help">What offline signing can and cannot prove</Link>
            </p>
          </div>
        </Route>
      </Switch>
    </>
  )
}

const themeTexts = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
  contrast: 'High contrast',
} as const
const densityTexts = {
  auto: 'By the pointer',
  compact: 'Compact',
  touch: 'For fingers',
  glove: 'For gloves',
} as const

function AppearancePart() {
  const { theme, density } = useAppearance()
  return (
    <section className={styles['box']} aria-label="Appearance">
      <h2>Appearance</h2>
      <RadioList
        label="Colours"
        choices={themes.map((value) => ({ value, text: themeTexts[value] }))}
        chosen={theme}
        onChange={(now) => setAppearance({ theme: now })}
      />
      <RadioList
        label="Size of what is pressed"
        choices={densities.map((value) => ({ value, text: densityTexts[value] }))}
        chosen={density}
        onChange={(now) => setAppearance({ density: now })}
      />
    </section>
  )
}
