import { hash } from 'node:crypto'
import {
  type Body,
  fromHex,
  fromUtf8,
  hex,
  leafHash,
  macKey,
  utf8,
  verifyTrail,
} from '@compliance-relay/shared/trail'
import { TrailMaker } from '../../support/make-trail.ts'

const seed = 'compliance-relay test vector: claimed'
const relay = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const quinn = { id: 'quinn', name: 'Quinn Parker', via: 'password' }
const file = { path: 'proj/1/fid', project: 'P-17', watch: 'w1', sha256: hash('sha256', 'fid 1') }
const dataSet = { path: 'proj/2', project: 'P-17', watch: 'w1', manifest: hash('sha256', 'manifest 2') }

/** Claims that answer for a refusal, and such as only a relay that lies has in its trail: whole trails, and what is found. */
export function claimedVectors() {
  return {
    macKey: hash('sha256', `${seed} mac`),
    cases: Object.entries(cases).map(([id, write]) => {
      const site = new ClaimingSite()
      write(site)
      return { id, lines: site.maker.lines.map((line) => fromUtf8(line)), ...verdictOf(site.maker) }
    }),
  }
}

class ClaimingSite {
  readonly maker = new TrailMaker(seed)

  refuse(body: Body): number {
    this.maker.record('capture.refused', relay, {
      ...body,
      reason: 'no-evidence',
      size: 3,
      what: 'file.created',
    })
    return this.maker.size - 1
  }

  /** Names a record of this trail as the refusal, unless told otherwise. */
  claim(seq: number, body: Body, refusal: Body = {}): void {
    const leaf = hex(leafHash(this.maker.lines[seq] ?? new Uint8Array()))
    const named = { leaf, seq, trail: this.maker.trail, ...refusal }
    this.maker.record('capture.claimed', quinn, { ...body, reason: 'It was my run', refusal: named })
  }
}

const cases: { readonly [id: string]: (site: ClaimingSite) => void } = {
  'of-a-file': (site) => site.claim(site.refuse(file), file),
  'of-a-data-set': (site) => site.claim(site.refuse(dataSet), dataSet),
  'of-no-project': (site) => {
    const { project, ...body } = file
    site.claim(site.refuse(body), body)
  },
  'of-the-first-of-two': (site) => {
    const first = site.refuse(file)
    site.refuse(dataSet)
    site.claim(first, file)
  },
  'of-another-content': (site) =>
    site.claim(site.refuse(file), { ...file, sha256: hash('sha256', 'what somebody would like') }),
  'of-a-file-as-a-data-set': (site) => {
    const { sha256, ...body } = file
    site.claim(site.refuse(file), { ...body, manifest: sha256 })
  },
  'of-another-path': (site) => site.claim(site.refuse(file), { ...file, path: 'proj/9/fid' }),
  'of-another-project': (site) => site.claim(site.refuse(file), { ...file, project: 'P-18' }),
  'of-another-watch': (site) => site.claim(site.refuse(file), { ...file, watch: 'w2' }),
  'of-another-leaf': (site) => site.claim(site.refuse(file), file, { leaf: '0'.repeat(64) }),
  'of-what-was-not-refused': (site) => {
    site.maker.take({ do: 'capture', body: file })
    site.claim(site.maker.size - 1, file)
  },
  'of-what-is-not-there': (site) => site.claim(7, file),
  'of-nothing': (site) => site.maker.record('capture.claimed', quinn, { ...file, reason: 'It was my run' }),
  'of-another-trail': (site) =>
    site.claim(site.refuse(file), file, { trail: 'lab.example/t/ws-nmr-01/20260101-0000' }),
}

function verdictOf(maker: TrailMaker) {
  const bytes = utf8(maker.lines.map((line) => `${fromUtf8(line)}\n`).join(''))
  const report = verifyTrail([bytes], { keys: [macKey(fromHex(hash('sha256', `${seed} mac`), 32))] })
  return {
    findings: report.findings.map(({ code, seq }) => ({ code, seq })),
    statements: report.checked.statements,
  }
}
