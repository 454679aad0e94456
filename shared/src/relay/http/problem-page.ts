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
  if (!takesHtml(accept)) return { bytes: utf8(`${says}\n${sentenceOf(code)}\n`), varies: 'accept' }
  const bytes = plainPage(says, [sentenceOf(code)])
  return { bytes, mediaType: 'text/html; charset=utf-8', varies: 'accept' }
}

/** Whether an Accept header names HTML: programs that show no page take anything, and are given text. */
export function takesHtml(accept: string): boolean {
  return accept.split(',').some((one) => /^\s*text\/html\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/i.test(one))
}

/** A page of a title and paragraphs: no script, no style, nothing that is loaded from anywhere. */
export function plainPage(title: string, paragraphs: readonly string[]): Uint8Array {
  const text = paragraphs.map((one) => `<p>${escaped(one)}</p>`).join('')
  return utf8(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>` +
      `<h1>${escaped(title)}</h1>${text}</html>\n`,
  )
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
