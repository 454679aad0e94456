import { printable } from '@compliance-relay/shared/trail'
import type { ReactNode } from 'react'

/**
 * A text that somebody else chose, as it stands: with what is not seen, or turns what follows it about, written as `\uXXXX`,
 * as the command line and exports write it. What is read here is what is signed.
 */
export function PlainText({
  text,
  className,
}: {
  readonly text: string
  readonly className?: string | undefined
}) {
  return <bdi className={className}>{printable(text)}</bdi>
}

/** The same of what may be a text. */
export function plain(node: ReactNode): ReactNode {
  return typeof node === 'string' ? printable(node) : node
}

/** The same of several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
