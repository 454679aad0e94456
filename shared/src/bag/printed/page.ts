import type { Block, Cell, Column, EveryPage, PrintedCopy, Row, Words } from './blocks.ts'

/**
 * A printed copy as HTML: nothing in it is loaded from anywhere, and nothing in it runs. What stands on every page is in
 * the margins where the browser prints those (`@page` margin boxes), and above every table in all of them.
 */
export async function* printedPage({ page, blocks }: PrintedCopy): AsyncGenerator<string> {
  yield head(page)
  for await (const block of blocks()) yield* blockText(block, page)
  yield '</main></body></html>\n'
}

function head(page: EveryPage): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(page.title)}</title><style>${style(page)}</style></head><body><main>
`
}

/** Each value is a piece of its own, so that no name reorders what stands beside it. */
function style({ bag, alarm }: EveryPage): string {
  return `
@page { size: A4 landscape; margin: 16mm 12mm;
  @top-left { content: ${cssText(alarm ?? '')}; font: bold 8pt sans-serif; color: #b00000 }
  @bottom-left { content: ${cssText(`Bag ${bag}`)}; font: 7pt monospace }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif } }
:root { color-scheme: light }
body { font: 9pt/1.35 system-ui, sans-serif; margin: 1.5rem; color: #111; background: #fff }
h1 { font-size: 15pt; margin: 0 0 .4rem } h2 { font-size: 12pt; margin: 1.2rem 0 .4rem; break-after: avoid } p { margin: .3rem 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .6rem 0 } dt { color: #444 } dd { margin: 0 }
table { border-collapse: collapse; width: 100%; table-layout: fixed } thead { display: table-header-group }
th, td { border-bottom: 1px solid #bbb; padding: .2rem .35rem; text-align: left; vertical-align: top }
thead th { border-bottom: 1.5px solid #111 } thead .page { border: 0; font-weight: 400; font-size: 7pt }
tr { break-inside: avoid } tr.whole { break-after: avoid } td > div, dd > div { overflow-wrap: anywhere; unicode-bidi: isolate; direction: ltr }
code { font: 8pt/1.3 ui-monospace, monospace } .alarm { color: #b00000; font-weight: 600 }
p.alarm { border: 3px solid #b00000; padding: .5rem .8rem; margin: .6rem 0 }
@media screen { thead .page { display: none } }
@media print { body { margin: 0 } }
`
}

async function* blockText(block: Block, page: EveryPage): AsyncGenerator<string> {
  switch (block.as) {
    case 'title':
      return yield `<h1>${text(block.text)}</h1>\n`
    case 'heading':
      return yield `<h2>${text(block.text)}</h2>\n`
    case 'paragraph':
      return yield `<p>${text(block.text)}</p>\n`
    case 'alarm':
      return yield `<p class="alarm">${text(block.text)}</p>\n`
    case 'facts':
      return yield `<dl>${block.facts.map(([name, value]) => `<dt>${text(name)}</dt><dd>${cellText(value)}</dd>\n`).join('')}</dl>\n`
    case 'table':
      yield tableHead(block.columns, page)
      for await (const row of block.rows) yield rowText(row, block.columns.length)
      yield '</tbody></table>\n'
  }
}

function tableHead(columns: readonly Column[], { bag, alarm }: EveryPage): string {
  const all = columns.reduce((sum, { share }) => sum + share, 0)
  const widths = columns.map(({ share }) => `<col style="width:${((100 * share) / all).toFixed(2)}%">`)
  const said = alarm === undefined ? '' : `<div class="alarm">${text(alarm)}</div>`
  return `<table><colgroup>${widths.join('')}</colgroup>
<thead><tr><th class="page" colspan="${columns.length}">Bag ${text(bag)}${said}</th></tr>
<tr>${columns.map(({ name }) => `<th scope="col">${text(name)}</th>`).join('')}</tr></thead><tbody>
`
}

function rowText(row: Row, columns: number): string {
  const [only, second] = row
  if (only !== undefined && second === undefined)
    return `<tr class="whole"><td colspan="${columns}">${cellText(only)}</td></tr>\n`
  return `<tr>${row.map((cell) => `<td>${cellText(cell)}</td>`).join('')}</tr>\n`
}

function cellText(cell: Cell): string {
  return cell.map((line) => `<div>${lineText(line)}</div>`).join('')
}

function lineText({ text: own, as }: Words): string {
  // A path is parted between its folders before it is anywhere else.
  const safe = text(own).replace(/[/\\]/g, '$&<wbr>')
  return as === 'strong' ? `<strong>${safe}</strong>` : as === 'code' ? `<code>${safe}</code>` : safe
}

/** Nothing in it is markup. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A string of CSS, of our own words and digits. */
function cssText(value: string): string {
  return `"${value.replace(/[^A-Za-z0-9 .,:]/g, '')}"`
}
