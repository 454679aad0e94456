import {
  bagFacts,
  checkedTexts,
  findingText,
  notCheckedTexts,
  omittedText,
  UNTRUSTED_TEXT,
  verdictText,
} from '@compliance-relay/shared/bag'
import { element, facts } from './element.ts'
import { longList } from './long-list.ts'
import type { Checked } from './messages.ts'

/** The report of `relay verify`, as the page shows it: the same words in the same order, the verdict first. `at`: when, by this computer. */
export function reportView(
  { file, report, manifest, heldAgainst, isTrustGiven, isEvidence }: Checked,
  at: string,
): HTMLElement {
  const { findings, omitted } = report
  return element(
    'div',
    '',
    verdict(isTrustGiven, isEvidence, findings.length > 0, verdictText(report)),
    facts([
      ['bag', file],
      ...(manifest === undefined ? [] : [['manifest', `SHA-256 ${manifest}`] as const]),
      ...bagFacts(report),
      ...(heldAgainst.length === 0 ? ['nothing'] : heldAgainst).map((one) => ['held against', one] as const),
      ['looked at', `${at} by the clock of this computer`],
    ]),
    ...(findings.length === 0 ? [] : [element('h3', '', 'Findings')]),
    longList('findings', findings, 'findings', (finding) => {
      const { code, place, sentence, expected, found } = findingText(finding)
      return element(
        'li',
        '',
        element('span', 'code', code),
        element('span', 'place', place),
        element('p', 'said', `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`),
        facts([
          ['expected', expected],
          ['found', found],
        ]),
      )
    }),
    ...omitted.map(({ code, count }) => element('p', '', `And more: ${omittedText(code, count)}.`)),
    element('h3', '', 'Checked'),
    listOf(checkedTexts(report)),
    element('h3', '', 'Not checked'),
    listOf(notCheckedTexts(report)),
  )
}

/** Said by words and a sign, not by the colour alone. */
function verdict(isTrustGiven: boolean, isEvidence: boolean, isFound: boolean, text: string): HTMLElement {
  if (!isTrustGiven)
    return element(
      'div',
      'verdict open',
      UNTRUSTED_TEXT,
      element(
        'p',
        '',
        'What stands below only says whether it agrees with itself. Give the fingerprints above, and check it again.',
      ),
    )
  const kind = !isFound ? 'good' : isEvidence ? 'open' : 'bad'
  return element('div', `verdict ${kind}`, `${{ good: '✓', open: '!', bad: '✗' }[kind]} ${text}`)
}

function listOf(items: readonly string[]): HTMLElement {
  return element('ul', '', ...items.map((item) => element('li', '', item)))
}
