import {
  FormatError,
  LINE_BYTES_MAX,
  parseStatement,
  printable,
  readEntry,
  type Statement,
  type TrailRecord,
  utf8,
} from '../trail/index.ts'
import { type BagSource, linesIn } from './bag-source.ts'
import { filterText } from './filter.ts'
import { RECORDS } from './layout.ts'
import type { BagReport } from './verify-bag.ts'

export interface PrintedCopyOptions {
  /** SHA-256 of the payload manifest, hexadecimal: which bag this is a copy of. */
  readonly manifest: string
  /** When it was printed, ISO 8601. */
  readonly printed: string
}

/**
 * A copy of a bag for people (21 CFR 11.10(b)): HTML that prints well, with every record in it, every signature with name,
 * time, meaning and reason as 21 CFR 11.50 wants them shown, and what verifying it has shown. It is no evidence itself: it
 * says so, and which bag is. Nothing in it is loaded from anywhere, and nothing in it runs.
 */
export async function* printedCopy(
  source: BagSource,
  report: BagReport,
  { manifest, printed }: PrintedCopyOptions,
): AsyncGenerator<string> {
  yield head()
  yield summary(report, manifest, printed)
  const signatures = new Signatures()
  yield table()
  for await (const record of recordsIn(source)) {
    signatures.take(record)
    yield row(record)
  }
  yield '</tbody></table>\n'
  yield signatureSection(signatures.list)
  yield '</main></body></html>\n'
}

async function* recordsIn(source: BagSource): AsyncGenerator<TrailRecord> {
  const comma = 0x2c
  for await (const lines of linesIn(source.read(RECORDS), LINE_BYTES_MAX + 2))
    for (const line of lines) {
      if (line.length < 2) continue
      try {
        yield readEntry(line.at(-1) === comma ? line.subarray(0, -1) : line).record
      } catch (error) {
        // What is no entry is a finding, and stands among them.
        if (!(error instanceof FormatError)) throw error
      }
    }
}

interface Signature {
  /** Of the statement: by then it had been made. */
  readonly record: TrailRecord
  readonly statement: Statement
  /** By which it counts, where it had been held. */
  readonly decided?: TrailRecord
}

/** What counts as a signature: as it came, or once somebody had decided so. */
class Signatures {
  readonly list: Signature[] = []
  readonly #held = new Map<unknown, Signature>()

  take(record: TrailRecord): void {
    const { kind, seq, body } = record
    const read = kind === 'signature.applied' || kind === 'signature.held' ? signatureIn(record) : undefined
    if (read !== undefined && kind === 'signature.applied') this.list.push(read)
    if (read !== undefined && kind === 'signature.held') this.#held.set(seq, read)
    if (kind !== 'signature.decided' || body['decision'] !== 'accepted') return
    const { held } = body
    const named = typeof held === 'object' && held !== null && 'seq' in held ? held['seq'] : undefined
    const one = this.#held.get(named)
    if (one !== undefined) this.list.push({ ...one, decided: record })
  }
}

function signatureIn(record: TrailRecord): Signature | undefined {
  const { note } = record.body
  if (typeof note !== 'string') return undefined
  try {
    return { record, statement: parseStatement(utf8(note)).statement }
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

const style = `
@page { size: A4 landscape; margin: 14mm 12mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif } @bottom-left { content: string(bag); font: 8pt monospace } }
:root { color-scheme: light }
body { font: 9pt/1.35 system-ui, sans-serif; margin: 1.5rem; color: #111; background: #fff }
h1 { font-size: 15pt; margin: 0 0 .4rem } h2 { font-size: 12pt; margin: 1.2rem 0 .4rem; break-after: avoid }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 } dt { color: #555 } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; table-layout: fixed } thead { display: table-header-group }
th, td { border-bottom: 1px solid #ccc; padding: .2rem .35rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { border-bottom: 1.5px solid #111 } tr { break-inside: avoid }
code { font: 8pt/1.3 ui-monospace, monospace; overflow-wrap: anywhere }
.bag { string-set: bag content() }
.alarm { border: 3px solid #b00; padding: .5rem .8rem; font-weight: 600; margin: .6rem 0 }
.signature { border: 1px solid #888; padding: .5rem .8rem; margin: .5rem 0; break-inside: avoid }
@media print { body { margin: 0 } }
`

function head(): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Printed copy of a sealed export</title><style>${style}</style></head><body><main>
`
}

function summary(report: BagReport, manifest: string, printed: string): string {
  const { sealed, trails, findings, checked } = report
  const holds = sealed?.holds === true && findings.length === 0
  const facts: readonly (readonly [name: string, value: string])[] = [
    ['Printed', printed],
    ['Bag', `<code class="bag">${text(manifest)}</code> (SHA-256 of its manifest)`],
    ...(sealed === undefined
      ? []
      : ([
          [
            'Sealed',
            `record ${sealed.seq} of ${text(sealed.trail)}, ${text(sealed.time)} by the clock of the relay`,
          ],
          ['Asked for by', `${text(sealed.actor.name)} (${text(sealed.actor.id)})`],
          ['Reason', text(sealed.reason)],
          ['What', text(filterText(sealed.filter))],
        ] as const)),
    ...trails.map(
      ({ trail, disclosed, size, withheld }) =>
        ['Trail', `${text(trail)}: ${disclosed} of ${size} records, ${withheld} withheld`] as const,
    ),
    [
      'Checked',
      `${checked.records} records at their places; e-signatures that verify: ${checked.statements}`,
    ],
  ]
  const verdict = holds
    ? '<p>When it was printed, this bag held in all that was checked.</p>'
    : `<p class="alarm">This is a copy of a bag that does not hold: ${findings.length} findings. Nothing in it is evidence.</p>
<ul>${findings
        .slice(0, 50)
        .map(
          ({ code, file, expected, found }) =>
            `<li>${text(code)}, ${text(file)}: expected ${text(expected)}, found ${text(found)}</li>`,
        )
        .join('')}</ul>`
  return `<h1>Printed copy of a sealed export</h1>
<p>A copy for reading. The evidence is the bag: whoever has it and the fingerprints of its keys can check it.</p>
${verdict}<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')}</dl>
`
}

function table(): string {
  return `<h2>Records</h2>
<table><colgroup><col style="width:5%"><col style="width:13%"><col style="width:11%"><col style="width:12%"><col style="width:28%"><col style="width:8%"><col style="width:23%"></colgroup>
<thead><tr><th>Record</th><th>Time (claimed)</th><th>What</th><th>Who</th><th>Path, reason</th><th>Size</th><th>Digest</th></tr></thead><tbody>
`
}

function row({ seq, time, kind, actor, body }: TrailRecord): string {
  const before = body['before']
  const from = typeof before === 'object' && before !== null && 'seq' in before ? before['seq'] : undefined
  const changed =
    typeof from === 'number' ? `<br><strong>changed after first entry</strong>, see record ${from}` : ''
  const path = said(body['path'])
  const reason = said(body['reason'])
  const about = [path, reason].filter((one) => one !== '').join('<br>')
  return `<tr><td>${seq}</td><td>${text(time).replace('T', '<br>')}</td><td>${text(kind)}</td><td>${text(actor.name)}<br>${text(actor.id)}</td><td>${about}${changed}</td><td>${typeof body['size'] === 'number' ? body['size'] : ''}</td><td><code>${said(body['sha256']) || said(body['manifest'])}</code></td></tr>
`
}

function signatureSection(signatures: readonly Signature[]): string {
  if (signatures.length === 0) return '<h2>Signatures</h2>\n<p>None of these records is signed here.</p>\n'
  return `<h2>Signatures</h2>\n${signatures.map(signatureText).join('')}`
}

/** Printed name, date and time, meaning: 21 CFR 11.50(a); and what of the time is proven. */
function signatureText({ record, statement, decided }: Signature): string {
  const { name, user, meaning, reason, at, clock, records } = statement
  const zone = clock === undefined ? 'UTC' : `UTC; shown as ${offsetText(clock.offsetMinutes)}`
  const notBefore = said(record.body['notBefore'])
  const proven =
    notBefore === '' ? `by ${text(record.time)}` : `between ${notBefore} and ${text(record.time)}`
  const late =
    decided === undefined
      ? ''
      : `<dt>Counts since</dt><dd>${text(decided.actor.name)} (${text(decided.actor.id)}) decided so, ${text(decided.time)}, record ${decided.seq}: ${said(decided.body['reason'])}</dd>`
  return `<div class="signature"><strong>${text(meaning)}</strong> by <strong>${text(name)}</strong> (${text(user)})
<dl><dt>Signed</dt><dd>${text(at)} by the clock of the device (${zone}); proven ${proven}</dd>
<dt>Reason</dt><dd>${text(reason)}</dd>
<dt>Of records</dt><dd>${records.map(({ seq }) => seq).join(', ')}</dd>
<dt>Recorded</dt><dd>record ${record.seq} of ${text(record.trail)}</dd>${late}</dl></div>
`
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (n: number) => String(n).padStart(2, '0')
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

function said(value: unknown): string {
  return typeof value === 'string' ? text(value) : ''
}

/** Other people's text: what prints as nothing or turns the direction is written out, and nothing in it is markup. */
function text(value: string): string {
  return printable(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
