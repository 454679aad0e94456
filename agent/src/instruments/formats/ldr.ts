/**
 * Labelled data records: `##LABEL= value` (JCAMP-DX 4.24 to 6). The labels of Bruker's acqus are of this kind.
 * Labels are compared without case, blanks, '-', '/' and '_', as JCAMP-DX says.
 */

const VALUE_LINES_MAX = 16

/** The first record of that label. Bruker's `<text>` loses its brackets, a comment after `$$` is no part of the value. */
export function valueOfLdr(text: string, label: string): string | undefined {
  const wanted = plainLabel(label)
  const lines = text.split('\n')
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith('##')) continue
    const at = line.indexOf('=')
    if (at < 0 || plainLabel(line.slice(2, at)) !== wanted) continue
    const first = line.slice(at + 1).trim()
    // ParaVision writes the room of a text before it: `( 64 )`, and the text on the next line.
    const next = lines[i + 1]?.trim() ?? ''
    const isBelow = /^\( ?\d+ ?\)$/.test(first) && next.startsWith('<')
    const value = isBelow ? next : first
    if (!value.startsWith('<')) return withoutComment(value)
    const whole = [value, ...lines.slice(i + (isBelow ? 2 : 1), i + VALUE_LINES_MAX)].join('\n')
    const end = whole.indexOf('>')
    return end < 0 ? value.slice(1) : whole.slice(1, end)
  }
  return undefined
}

function plainLabel(label: string): string {
  return label.replace(/[ \-/_\r\t]/g, '').toUpperCase()
}

function withoutComment(value: string): string {
  const at = value.indexOf('$$')
  return (at < 0 ? value : value.slice(0, at)).trim()
}
