/** Prints one part of the page and nothing else. `printing` and `printed` are what exports.module.css goes by. */
export function printPart(part: HTMLElement | null): void {
  if (part === null) return
  part.dataset['printed'] = ''
  document.documentElement.dataset['printing'] = ''
  const done = () => {
    delete part.dataset['printed']
    delete document.documentElement.dataset['printing']
  }
  addEventListener('afterprint', done, { once: true })
  print()
}
