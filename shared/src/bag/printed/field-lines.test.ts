import { describe, expect, test } from 'vitest'
import { fieldLines, inGroups } from './field-lines.ts'

const linesOf = (...field: Parameters<typeof fieldLines>) => fieldLines(...field).map(({ text }) => text)

describe('a field that is printed', { tags: ['req/P11-10b-1'] }, () => {
  test('is a name and a value a line, however deep it stands, and no line is JSON', () => {
    const gap = { from: '2026-11-30T04:21:34.938Z', stopped: true, to: null }
    expect(linesOf('gap', gap)).toEqual([
      'gap from: 2026-11-30 04:21:34.938 UTC',
      'gap stopped: yes',
      'gap to: none',
    ])
    const changes = [
      { after: { id: 'w1', path: '/data/a b' }, before: null, field: 'watches', id: 'w1' },
      { after: ['a.tmp', '~$*'], before: ['with, comma'], field: 'ignore' },
    ]
    expect(linesOf('changes', changes)).toEqual([
      'changes 1 field: watches',
      'changes 1 id: w1',
      'changes 1 before: none',
      'changes 1 after id: w1',
      'changes 1 after path: /data/a b',
      'changes 2 field: ignore',
      'changes 2 before: with, comma',
      'changes 2 after: a.tmp, ~$*',
    ])
    expect(linesOf('filter', {})).toEqual(['filter: none'])
    expect(linesOf('complete', null)).toEqual(['complete: no profile can tell'])
  })

  test('has digests in groups of eight', () => {
    const groups = Array.from({ length: 8 }, () => 'ab12cd34').join(' ')
    expect(linesOf('sha256', 'ab12cd34'.repeat(8))).toEqual([`sha256: ${groups}`])
    expect(inGroups(`fingerprint ${'ab12cd34'.repeat(8)}`)).toBe(`fingerprint ${groups}`)
    expect(inGroups('ab12cd34'.repeat(7))).toBe('ab12cd34'.repeat(7))
  })
})

describe('somebody’s text in a field', { tags: ['req/P11-10b-1', 'challenge'] }, () => {
  test('begins no line, and looks like nothing that we say', () => {
    expect(linesOf('reason', 'a\nby account: root')).toEqual(['reason: a\\u000aby account: root'])
    for (const one of ['none', 'yes', 'no', '']) expect(linesOf('reason', one)).toEqual([`reason: "${one}"`])
    expect(linesOf('signing', { 'P steps 1: x': { role: 'qa' } })).toEqual([
      'signing "P steps 1: x" role: qa',
    ])
  })

  test('with many names in each other takes no more room than it has', () => {
    let deep: object = { list: Array.from({ length: 1_000 }, (_, i) => ({ i })) }
    for (let i = 0; i < 20; i++) deep = { ['n'.repeat(20)]: deep }
    const text = linesOf('field', deep as never).join('\n')
    expect(text.length).toBeLessThan(2 * JSON.stringify(deep).length)
    expect(text).toContain('"i":999')
  })
})
