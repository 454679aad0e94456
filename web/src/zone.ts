/** A place to drop things on. What is dropped beside it opens nothing: the browser would leave the page for it. */
export function zone(place: HTMLElement, onDrop: (transfer: DataTransfer) => void): void {
  const isOver = (over: boolean) => place.classList.toggle('over', over)
  place.addEventListener('dragover', (event) => {
    event.preventDefault()
    isOver(true)
  })
  place.addEventListener('dragleave', () => isOver(false))
  place.addEventListener('drop', (event) => {
    event.preventDefault()
    isOver(false)
    if (event.dataTransfer !== null) onDrop(event.dataTransfer)
  })
}

export function holdThePage(): void {
  for (const name of ['dragover', 'drop'] as const)
    addEventListener(name, (event) => {
      event.preventDefault()
      if (name === 'dragover' && event.dataTransfer !== null && !inZone(event.target))
        event.dataTransfer.dropEffect = 'none'
    })
}

function inZone(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.zone, #trust') !== null
}
