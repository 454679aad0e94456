import { hash } from 'node:crypto'
import { fromHex, fromUtf8, hex, leafHash, macKey, utf8, verifyTrail } from '@compliance-relay/shared/trail'
import { TrailMaker } from '../../support/make-trail.ts'

const seed = 'compliance-relay test vector: held e-signatures'
const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const jane = { id: 'jdoe', name: 'Jane Doe', via: 'password' }
const quinn = { id: 'quinn', name: 'Quinn Parker', via: 'password' }
const capture = { path: 'proj/1/fid', sha256: hash('sha256', 'fid 1'), size: 65_536 }

/** E-signatures that a relay held for a person to decide about: whole trails, what is found, and what counts. */
export function heldVectors() {
  const note = noteOf(new TrailMaker(seed))
  return {
    macKey: hash('sha256', `${seed} mac`),
    cases: Object.entries(casesFor(note)).map(([id, write]) => {
      const maker = new TrailMaker(seed)
      maker.take({ do: 'capture', body: capture })
      maker.record('key.enrolled', relay, { key: maker.signer.vkey, user: 'jdoe' })
      write(maker)
      return { id, lines: maker.lines.map((line) => fromUtf8(line)), ...verdictOf(maker) }
    }),
  }
}

/** Of the capture, as the trail stands when the key has just been enrolled. */
function noteOf(maker: TrailMaker): string {
  maker.take({ do: 'capture', body: capture })
  maker.take({ do: 'sign', reason: 'Signed while nobody could be asked' })
  return JSON.parse(fromUtf8(maker.lines.at(-1) ?? new Uint8Array())).record.body.note as string
}

function casesFor(note: string): { readonly [id: string]: (maker: TrailMaker) => void } {
  const hold = (maker: TrailMaker, kind = 'signature.held', text = note): void =>
    maker.record(kind, relay, { code: 'key-revoked', note: text })
  const decide = (maker: TrailMaker, actor = quinn, decision = 'accepted', seq = maker.size - 1): void => {
    const leaf = hex(leafHash(maker.lines[seq] ?? new Uint8Array()))
    maker.record('signature.decided', actor, { decision, held: { leaf, seq }, reason: 'Asked on the phone' })
  }
  return {
    'held-waits': (maker) => hold(maker),
    'held-and-accepted': (maker) => {
      maker.record('key.revoked', relay, { key: maker.signer.vkey })
      hold(maker)
      decide(maker)
    },
    'held-and-refused': (maker) => {
      hold(maker)
      decide(maker, quinn, 'refused')
    },
    'accepted-by-the-signer': (maker) => {
      hold(maker)
      decide(maker, jane)
    },
    'accepted-twice': (maker) => {
      hold(maker)
      decide(maker)
      decide(maker, quinn, 'accepted', maker.size - 2)
    },
    'accepted-after-refusal': (maker) => {
      hold(maker)
      decide(maker, quinn, 'refused')
      decide(maker, quinn, 'accepted', maker.size - 2)
    },
    'accepted-but-never-held': (maker) => {
      hold(maker, 'signature.refused')
      decide(maker)
    },
    'accepted-but-edited': (maker) => {
      hold(maker, 'signature.held', note.replace('"approved"', '"rejected"'))
      decide(maker)
    },
    'accepted-by-another-leaf': (maker) => {
      hold(maker)
      maker.record('signature.decided', quinn, {
        decision: 'accepted',
        held: { leaf: '0'.repeat(64), seq: maker.size - 1 },
        reason: 'Asked on the phone',
      })
    },
  }
}

function verdictOf(maker: TrailMaker) {
  const bytes = utf8(maker.lines.map((line) => `${fromUtf8(line)}\n`).join(''))
  const report = verifyTrail([bytes], { keys: [macKey(fromHex(hash('sha256', `${seed} mac`), 32))] })
  return {
    findings: report.findings.map(({ code, seq }) => ({ code, seq })),
    statements: report.checked.statements,
  }
}
