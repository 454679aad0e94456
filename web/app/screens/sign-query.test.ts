import { describe, expect, test } from 'vitest'
import { listNameOf, signAddressOf, signQueryIn, signRecordAddress, withdrawAddress } from './sign-query.ts'

const inAddress = (address: string) => signQueryIn(address.slice(address.indexOf('?') + 1))

describe('what is to be signed, in an address', () => {
  test('is one record, a signature to be withdrawn, or what a search finds', () => {
    expect(inAddress(signRecordAddress('ws-1', 12))).toEqual({ trail: 'ws-1', seqs: [12], withdraws: false })
    expect(inAddress(withdrawAddress('ws-1', 40))).toEqual({ trail: 'ws-1', seqs: [40], withdraws: true })
    expect(inAddress(signAddressOf('project=P-1'))).toEqual({ search: { projects: ['P-1'] } })
  })

  test('is all that is unsigned where it says nothing, or nothing that can be read', () => {
    expect([signQueryIn(''), signQueryIn('record=-1&trail=x'), signQueryIn('record=3')]).toEqual(
      Array(3).fill({ search: { states: ['unsigned'] } }),
    )
  })

  test('keeps what was begun under one list apart from another', () => {
    const names = ['', 'project=P-1', 'record=1&trail=a', 'record=1&trail=b', 'withdraw=1&trail=a'].map(
      (query) => listNameOf(signQueryIn(query)),
    )
    expect(new Set(names).size).toBe(names.length)
  })
})
