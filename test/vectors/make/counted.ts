import { hash } from 'node:crypto'
import {
  type Body,
  fromHex,
  fromUtf8,
  hex,
  leafHash,
  type Meaning,
  macKey,
  parseStatement,
  printStatementNote,
  sha256,
  signerOf,
  signStatement,
  utf8,
  verifyTrail,
} from '@compliance-relay/shared/trail'
import { TrailMaker } from '../../support/make-trail.ts'

const seed = 'compliance-relay test vector: what counts'
const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const jane = { id: 'jdoe', name: 'Jane Doe', via: 'signature' }
const quinn = { id: 'quinn', name: 'Quinn Parker', via: 'password' }
const capture = { path: 'proj/1/fid', sha256: hash('sha256', 'fid 1'), size: 65_536 }

/** What a relay may say of e-signatures that verify, and what only one that lies says: whole trails, and what is found. */
export function countedVectors() {
  return {
    macKey: hash('sha256', `${seed} mac`),
    cases: Object.entries(cases).map(([id, write]) => {
      const site = new SignedSite()
      write(site)
      return { id, lines: site.maker.lines.map((line) => fromUtf8(line)), ...verdictOf(site.maker) }
    }),
  }
}

/** A capture on record 1, and two people who can sign. */
class SignedSite {
  readonly maker = new TrailMaker(seed)
  readonly #quinns = signerOf(
    'lab.example/u/quinn/tablet-9',
    'note',
    fromHex(hash('sha256', `${seed} quinn`), 32),
  )
  #count = 0

  constructor() {
    this.maker.take({ do: 'capture', body: capture })
    this.maker.record('key.enrolled', relay, { key: this.maker.signer.vkey, user: 'jdoe' })
    this.maker.record('key.enrolled', relay, { key: this.#quinns.vkey, user: 'quinn' })
  }

  get last(): number {
    return this.maker.size - 1
  }

  /** Jane’s next signature. */
  note(seq = 1, meaning: Meaning = 'approved'): string {
    return this.maker.noteOn([seq], meaning, 'Spectra match the acceptance criteria')
  }

  apply(note = this.note(), more: Body = {}): number {
    this.maker.record('signature.applied', jane, { note, ...more })
    return this.last
  }

  hold(note = this.note(), more: Body = {}): number {
    this.maker.record('signature.held', relay, { code: 'key-revoked', note, ...more })
    return this.last
  }

  /** Quinn’s signature. */
  rejectAsQuinn(): number {
    const { trail, size } = this.maker
    const signed = {
      at: this.timeOf(this.last),
      checkpoint: { trail, size, root: this.maker.checkpoint().root },
      count: ++this.#count,
      meaning: 'rejected' as const,
      name: 'Quinn Parker',
      reason: 'An impurity',
      records: [{ seq: 1, leaf: leafHash(this.maker.lines[1] ?? new Uint8Array()) }],
      user: 'quinn',
    }
    const note = fromUtf8(printStatementNote(signStatement(signed, this.#quinns)))
    this.maker.record('signature.applied', { ...quinn, via: 'signature' }, { note })
    return this.last
  }

  onDevice(device: string): string {
    const { statement } = parseStatement(utf8(this.note()))
    return fromUtf8(printStatementNote(signStatement({ ...statement, device }, this.maker.signer)))
  }

  decide(held: number, decision: string, more: Body = {}, by = quinn): void {
    const leaf = hex(leafHash(this.maker.lines[held] ?? new Uint8Array()))
    this.maker.record('signature.decided', by, {
      decision,
      held: { leaf, seq: held },
      reason: 'Asked on the phone',
      ...more,
    })
  }

  timeOf(seq: number): string {
    return JSON.parse(fromUtf8(this.maker.lines[seq] ?? new Uint8Array())).record.time
  }
}

const otherTime = '2019-01-01T00:00:00.000Z'

const cases: { readonly [id: string]: (site: SignedSite) => void } = {
  'withdrawn-by-its-signer': (site) => site.apply(site.note(site.apply(), 'withdrawn')),
  'withdrawn-by-another': (site) => {
    const by = site.rejectAsQuinn()
    site.apply(site.note(by, 'withdrawn'))
  },
  'withdrawn-by-another-and-accepted': (site) => {
    const by = site.rejectAsQuinn()
    site.decide(site.hold(site.note(by, 'withdrawn')), 'accepted')
  },
  'withdrawn-once-accepted': (site) => {
    site.decide(site.hold(), 'accepted')
    site.apply(site.note(site.last, 'withdrawn'))
  },
  'withdrawn-while-held': (site) => site.apply(site.note(site.hold(), 'withdrawn')),
  'withdrawal-withdrawn': (site) => {
    const by = site.apply(site.note(site.apply(), 'withdrawn'))
    site.apply(site.note(by, 'withdrawn'))
  },
  'withdrawn-a-capture': (site) => site.apply(site.note(1, 'withdrawn')),
  'not-before-the-head': (site) => {
    const head = site.timeOf(site.last)
    site.apply(site.note(), { meaning: 'approved', notBefore: head })
    site.decide(site.hold(site.note(), { notBefore: site.timeOf(site.last) }), 'accepted')
  },
  'not-before-another-time': (site) => site.apply(site.note(), { notBefore: otherTime }),
  'held-not-before-another-time': (site) => site.hold(site.note(), { notBefore: otherTime }),
  'another-meaning-beside': (site) => site.apply(site.note(), { meaning: 'rejected' }),
  'held-as-another-statement': (site) => site.hold(site.note(), { statement: '0'.repeat(64) }),
  'decided-as-it-was-signed': (site) => {
    const note = site.note()
    const statement = hex(sha256(utf8(note)))
    site.decide(site.hold(note, { statement }), 'refused', { statement, signer: 'jdoe', meaning: 'approved' })
  },
  'decided-as-another-signer': (site) => site.decide(site.hold(), 'accepted', { signer: 'asmith' }),
  'signed-on-its-device': (site) => site.apply(site.onDevice('tablet-7')),
  'signed-on-another-device': (site) => site.apply(site.onDevice('tablet-8')),
  'held-twice': (site) => {
    const note = site.note()
    site.decide(site.hold(note), 'refused')
    site.decide(site.hold(note), 'accepted')
  },
  'held-with-another-line': (site) => {
    const note = site.note()
    site.decide(site.hold(note), 'refused')
    site.decide(site.hold(`${note}— lab.example/u/nobody AAAAAAAA\n`), 'accepted')
  },
  'held-after-it-counted': (site) => {
    const note = site.note()
    site.apply(note)
    site.hold(note)
  },
  'refused-after-it-counted': (site) => {
    const note = site.note()
    site.apply(note)
    site.maker.record('signature.refused', relay, { code: 'decided', note })
  },
  'refused-after-acceptance': (site) => {
    const held = site.hold()
    site.decide(held, 'accepted')
    site.decide(held, 'refused')
  },
  'refused-twice': (site) => {
    const held = site.hold()
    site.decide(held, 'refused')
    site.decide(held, 'refused')
  },
  'refused-by-the-signer': (site) => site.decide(site.hold(), 'refused', {}, jane),
  'refused-but-never-held': (site) => site.decide(site.apply(), 'refused'),
  'decided-in-another-word': (site) => site.decide(site.hold(), 'postponed'),
}

function verdictOf(maker: TrailMaker) {
  const bytes = utf8(maker.lines.map((line) => `${fromUtf8(line)}\n`).join(''))
  const report = verifyTrail([bytes], { keys: [macKey(fromHex(hash('sha256', `${seed} mac`), 32))] })
  return {
    findings: report.findings.map(({ code, seq }) => ({ code, seq })),
    statements: report.checked.statements,
  }
}
