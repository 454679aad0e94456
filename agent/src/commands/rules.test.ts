import { DEFAULT_RULES } from '@compliance-relay/shared/api'
import { expect, test } from 'vitest'
import { ruleChange, rulesText } from './rules.ts'

function saidOf(steps: string): string {
  const { signing = {} } = ruleChange('signing', `P-17=${steps}`)(DEFAULT_RULES)
  const rule = signing['P-17']
  if (rule === undefined || rule === null) throw new Error('there is no rule')
  const text = rulesText({ ...DEFAULT_RULES, signing: { 'P-17': rule } })
  return /^project P-17 +(.*)$/m.exec(text)?.[1] ?? ''
}

test('the answer to a rule for signing says whether one person could take two of its steps', {
  tags: ['challenge'],
}, () => {
  for (const [steps, said] of [
    ['none', 'any order'],
    ['approved:qa', 'approved by qa'],
    ['approved:qa,approved:qa', 'approved by qa, then approved by qa; nobody takes two steps of one meaning'],
    [
      'reviewed:qa,approved:qa',
      'reviewed by qa, then approved by qa; one person may both review and approve, unless independent is added',
    ],
    [
      'reviewed:reviewer,approved:qa,independent',
      'reviewed by reviewer, then approved by qa; each by somebody else',
    ],
  ] as const)
    expect(saidOf(steps)).toBe(said)
})

test.each([
  ['time-stamps', 'https://tsa.example,/missing.crt', 'the certificates in /missing.crt'],
  ['identity-keys', '/missing.json', 'the keys in /missing.json'],
])('a file of %s that is not there is said to be so', (name, value, what) => {
  expect(() => ruleChange(name, value)).toThrow(`${what} cannot be read: there is no such file`)
})

test('how often checkpoints are stamped is part of the rule for it, and stays when another authority is set', {
  tags: ['req/P11-10a-4'],
}, () => {
  expect(() => ruleChange('time-stamps-every', '15')(DEFAULT_RULES)).toThrow('there is no authority yet')
  for (const wrong of ['4', '1441', '1.5', 'hourly'])
    expect(() => ruleChange('time-stamps-every', wrong)).toThrow('a number from 5 to 1440')
  const timeStamps = { url: 'https://tsa.example', anchors: ['AAAA'], everyMinutes: 60 }
  const change = ruleChange('time-stamps-every', '15')({ ...DEFAULT_RULES, timeStamps })
  expect(change).toEqual({ timeStamps: { ...timeStamps, everyMinutes: 15 } })
  expect(rulesText({ ...DEFAULT_RULES, timeStamps })).toContain(
    'by https://tsa.example, every 60 minutes, 1 ',
  )
})

test('each rule that is as at the set-up is explained in its line', () => {
  const lines = rulesText(DEFAULT_RULES).split('\n')
  for (const rule of ['four eyes', 'passwords', 'identity provider', 'time stamps', 'signing'])
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${rule} +\\S.{20,}$`)))
})

test.each(['http://login.example', 'login.example', 'https://login.example/?a', 'https://a@login.example'])(
  'an issuer %s is refused with what it has to be, and whoever gives one on this machine is not',
  (issuer) => {
    expect(() => ruleChange('identity', `${issuer},relay,site`)).toThrow(
      'it is the address of the provider as the provider itself writes it, https://…',
    )
    expect(() => ruleChange('identity', 'http://127.0.0.1:8080,relay,site')).not.toThrow()
  },
)
