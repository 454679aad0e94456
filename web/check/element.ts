import { printable } from '@compliance-relay/shared/trail'

type Child = Node | string

/**
 * An element with text in it, never markup: what stands in an export, or names a file on a disk, is other people's text,
 * so what prints as nothing or turns the direction is written out here, for all of it alike.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...children.map((child) => (typeof child === 'string' ? printable(child) : child)))
  return made
}

/** Names and values beside each other. */
export function facts(all: readonly (readonly [name: string, value: Child])[]): HTMLDListElement {
  return element(
    'dl',
    '',
    ...all.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]),
  )
}

/** The element that the page has under this id. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`)
  return found
}

export function say(id: string, text: string): void {
  byId(id, HTMLElement).textContent = printable(text)
}
