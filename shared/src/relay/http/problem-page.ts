import { isProblemCode, Problem, sentenceOf, statusOf } from '../../api/index.ts'
import { utf8 } from '../../trail/index.ts'
import type { Given } from './give-content.ts'

/**
 * What a refusal means, at the address that is its type (RFC 9457, 3.1.1): for browsers a page without a script, else
 * text. Throws `Problem` `not-found` for what is no code.
 */
export function problemPage(code: string, accept: string): Given {
  if (!isProblemCode(code)) throw new Problem('not-found')
  const says = `${code} (${statusOf(code)})`
  const html = accept.split(',').some((one) => /^\s*text\/html\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/i.test(one))
  if (!html) return { bytes: utf8(`${says}\n${sentenceOf(code)}\n`), varies: 'accept' }
  const page =
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${says}</title>` +
    `<h1>${says}</h1><p>${escaped(sentenceOf(code))}</p></html>\n`
  return { bytes: utf8(page), mediaType: 'text/html; charset=utf-8', varies: 'accept' }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
