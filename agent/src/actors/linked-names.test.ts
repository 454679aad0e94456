import { expect, test } from 'vitest'
import { accountsLinked, personsLinked } from './linked-names.ts'

const user = (id: string, name: string, state = 'active') => ({ id, name, state })

test('one full name under two ids, and two full names under one id, are said', () => {
  const accounts = [user('qlee', 'Quinn Lee'), user('jdoe', 'Jane Doe-Miller'), user('anne', 'Anne Roe')]
  expect(accountsLinked({ id: 'cloudsdk', name: 'quinn  lee' }, accounts)).toEqual([
    'the person "cloudsdk" of the machine and the account "qlee" of the relay are both "Quinn Lee": they are taken for one and the same, who approves nothing they made; two people need different full names',
  ])
  expect(accountsLinked({ id: 'LAB\\jdoe', name: 'Jane Doe' }, accounts)).toEqual([
    'the person "LAB\\\\jdoe" of the machine is "Jane Doe", and the account "jdoe" of the relay is "Jane Doe-Miller": they are taken for one and the same, who should have one full name',
  ])
  expect(personsLinked(user('qlee', 'Quinn Lee'), [{ id: 'cloudsdk', name: 'Quinn Lee' }])).toHaveLength(1)
})

test('nothing is said of who is linked by both or by neither, or is nobody any more', () => {
  const quinn = { id: 'qlee', name: 'Quinn Lee' }
  const others = [user('qlee', 'Quinn Lee'), user('anne', 'Anne Roe'), user('ql', 'Quinn Lee', 'retired')]
  expect(accountsLinked(quinn, others)).toEqual([])
  expect(personsLinked(user('ql', 'Quinn Lee'), [{ ...quinn, disabled: true }])).toEqual([])
})
