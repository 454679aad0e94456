import { element } from './element.ts'

/** So many are shown at once: the page stays quick whatever was found. */
const SHOWN_AT_ONCE = 200

/** A list that shows its first items, and on request the next ones. `what`: what they are called, in the plural. */
export function longList<Item>(
  className: string,
  items: readonly Item[],
  what: string,
  itemOf: (item: Item) => HTMLLIElement,
): HTMLElement {
  const list = element('ul', className)
  const all = element('div', '', list)
  const show = (from: number): void => {
    const next = items.slice(from, from + SHOWN_AT_ONCE).map(itemOf)
    list.append(...next)
    if (from > 0) {
      const [first] = next
      first?.setAttribute('tabindex', '-1')
      first?.focus()
    }
    const shown = Math.min(from + SHOWN_AT_ONCE, items.length)
    if (shown === items.length) return
    const text = `${shown.toLocaleString('en')} of ${items.length.toLocaleString('en')} ${what} are shown.`
    const button = element('button', '', `Show ${Math.min(SHOWN_AT_ONCE, items.length - shown)} more`)
    button.type = 'button'
    const rest = element('p', '', text, ' ', element('span', 'more', button))
    button.addEventListener('click', () => {
      rest.remove()
      show(shown)
    })
    all.append(rest)
  }
  show(0)
  return all
}
