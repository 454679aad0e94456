import { resultOf } from './matrix-csv.ts'
import type { Evidence } from './run.ts'
import type { Fault, Matrix, Row } from './trace.ts'

/** The matrix as one page to read and to print: no script, nothing fetched. */
export function matrixHtml({ build, rows }: Matrix, faults: readonly Fault[], endedAt: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Traceability matrix ${escapeHtml(build.commit.slice(0, 12))}</title>
<style>${style}</style>
</head>
<body>
<h1>Traceability matrix</h1>
<dl>
<dt>Commit</dt><dd><code>${escapeHtml(build.commit)}</code>${build.dirty ? ' with uncommitted changes' : ''}</dd>
<dt>Lock file SHA-256</dt><dd><code>${escapeHtml(build.lockSha256)}</code></dd>
<dt>Sources SHA-256</dt><dd><code>${escapeHtml(build.sourceSha256)}</code></dd>
<dt>Tests ended</dt><dd>${escapeHtml(endedAt === '' ? 'no run' : endedAt)}</dd>
</dl>
${faultList(faults)}
<table>
<thead><tr>
<th>Clause</th><th>Requirement</th><th>How it is met</th><th>Risk</th><th>Owner</th><th>By</th><th>Tests</th>
</tr></thead>
<tbody>
${rows.map(rowHtml).join('\n')}
</tbody>
</table>
</body>
</html>
`
}

function faultList(faults: readonly Fault[]): string {
  if (faults.length === 0)
    return '<p class="passed">No faults: every product requirement has its evidence.</p>'
  const items = faults.map(({ code, sentence }) => `<li><b>${code}</b> ${escapeHtml(sentence)}</li>`)
  return `<p class="failed">Faults: ${faults.length}</p>\n<ul>\n${items.join('\n')}\n</ul>`
}

function rowHtml({ id, requirement: { clause, text, how, risk, owner, by }, tests }: Row): string {
  const none = by === 'procedure' ? 'Left to the customer’s procedures' : '<b class="failed">No test</b>'
  const list = tests.length === 0 ? none : `<ul>${tests.map(testHtml).join('')}</ul>`
  return `<tr id="${escapeHtml(id)}">
<td>${clause.map(escapeHtml).join('<br>')}</td><td><b>${escapeHtml(id)}</b><br>${escapeHtml(text)}</td><td>${escapeHtml(how)}</td>
<td>${risk}</td><td>${owner}</td><td>${by}</td><td>${list}</td></tr>`
}

function testHtml(test: Evidence): string {
  const result = resultOf(test)
  const sign = result === 'passed' ? '✓' : '✗'
  const kind = test.tags.includes('challenge') ? ' <i>challenge</i>' : ''
  const browser = test.project === '' ? '' : ` in ${escapeHtml(test.project)}`
  return `<li><b class="${result === 'passed' ? 'passed' : 'failed'}">${sign} ${result}</b> ${escapeHtml(test.name)}${kind}
<br><small>${escapeHtml(test.file)}${browser}</small></li>`
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

const style = `
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; background: #fff; margin: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: #556; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #cdd3dc; padding: .5rem .6rem; text-align: left; vertical-align: top; }
th { background: #eef1f5; position: sticky; top: 0; }
td:nth-child(1) { white-space: nowrap; } td:last-child { min-width: 20rem; }
td ul { margin: 0; padding: 0; list-style: none; } td li + li { margin-top: .5rem; }
small { color: #556; } .passed { color: #176338; } .failed { color: #a4161a; }
@media print { body { margin: 0; font-size: 10px; } th { position: static; } tr { break-inside: avoid; } }
`
