import { printedCopy, printedPage } from '@compliance-relay/shared/bag'
import { hex, sha256, utf8 } from '@compliance-relay/shared/trail'
import { describe, expect, test } from 'vitest'
import { bagOf, FilesSource, type MadeBag, verified } from '../support/made-bag.ts'
import { quinn, relay, signedTrail } from '../support/signed-trail.ts'

/* What a printed copy says that the signatures on each record come to, and of which it says that they are none. */

async function printed(bag: MadeBag, files = bag.files): Promise<string> {
  const source = new FilesSource(files)
  const facts = { manifest: '', file: '', trusted: [] }
  let html = ''
  for await (const piece of printedPage(await printedCopy(source, await verified(files, bag.policy), facts)))
    html += piece
  return html
    .replaceAll('<wbr>', '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}

describe('a printed copy', { tags: ['req/P11-50b-1', 'req/P11-10b-1', 'challenge'] }, () => {
  test('lists what was signed with the state that comes of it, and counts what it lists', async () => {
    const text = await printed(await bagOf(signedTrail(), { between: 0 }))
    const list = text.slice(
      text.indexOf('What signatures come to ('),
      text.indexOf('Changed after first entry'),
    )
    expect(list).toContain('What signatures come to (6)')
    for (const row of [
      '2 file.created reviewed reviewed',
      '3 file.created approved approved',
      '4 file.created rejected rejected',
      '5 file.created withdrawn unsigned: each signature on it was withdrawn',
      '6 file.created held unsigned, a held signature waits for a decision',
      '7 file.created accepted approved',
    ])
      expect(list).toContain(row)
    expect(text).toContain('Signatures (8)')
    expect(text).toContain(
      'e-signatures that verify: 6. Listed below are 2 more that were held and not accepted',
    )
  })

  test('lists a record whose approval stands, and whose first step nobody has signed', async () => {
    const maker = signedTrail()
    const signing = { NMR: { steps: [{ meaning: 'reviewed', role: null }, { meaning: 'approved', role: 'qa' }] } } // biome-ignore format: a rule
    const change = { before: { signing: {} }, after: { signing }, reason: 'two steps from now on' }
    maker.record('rules.changed', quinn, change)
    const text = await printed(await bagOf(maker, { between: 0 }))
    expect(text).toContain('What signatures come to (6)')
    expect(text).toContain(
      '3 file.created approved unsigned: what was signed stands, and fills no step of the signing rule',
    )
    expect(text).toContain('2 file.created reviewed reviewed')
  })

  test('of a bag that does not hold says of no record what its signatures come to', async () => {
    const bag = await bagOf(signedTrail(), { between: 0 })
    const files = new Map([...bag.files].filter(([name]) => name !== 'data/VERIFY.txt'))
    expect(await printed(bag, files)).not.toContain('What signatures come to')
  })

  test('says of a refused signature who meant what by it, and of which file', async () => {
    const maker = signedTrail()
    const note = maker.noteOn([1], 'approved', 'it is right')
    const statement = hex(sha256(utf8(note)))
    maker.record('signature.refused', relay, { code: 'own-record', note, statement })
    expect(await printed(await bagOf(maker, { between: 0 }))).toContain(
      'refused: approved by Jane Doe (jdoe) of record 1 unsigned signer’s reason: it is right',
    )
  })
})

test('that a file is missing, or is one too many, is one finding', {
  tags: ['req/P11-10a-4', 'challenge'],
}, async () => {
  const { files, policy } = await bagOf(signedTrail(), { between: 0 })
  const found = async (change: (all: typeof files) => void) => {
    const other = new Map(files)
    change(other)
    const { findings } = await verified(other, policy)
    return findings.filter(({ code }) => /^file-/.test(code)).map(({ code, file }) => `${code} ${file}`)
  }
  expect(await found((all) => all.delete('data/VERIFY.txt'))).toEqual(['file-missing data/VERIFY.txt'])
  expect(await found((all) => all.set('data/more.txt', new Uint8Array(3)))).toEqual([
    'file-added data/more.txt',
  ])
})
