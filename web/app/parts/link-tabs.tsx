import { Link, useLocation } from 'wouter'
import styles from './link-tabs.module.css'

interface Props {
  readonly label: string
  /** Address and text of each. */
  readonly tabs: readonly (readonly [path: string, text: string])[]
}

/** Parts of one screen, each with an address of its own. */
export function LinkTabs({ label, tabs }: Props) {
  const [location] = useLocation()
  const current = tabs
    .map(([path]) => path)
    .filter((path) => location === path || location.startsWith(`${path}/`))
    .reduce((longest, path) => (path.length > longest.length ? path : longest), '')
  return (
    <nav aria-label={label} className={styles['tabs']}>
      {tabs.map(([path, text]) => (
        <Link
          key={path}
          href={path}
          className={styles['tab'] ?? ''}
          aria-current={current === path ? 'page' : undefined}
        >
          {text}
        </Link>
      ))}
    </nav>
  )
}
