import { hash } from 'node:crypto'
import {
  type Draft,
  emptyHead,
  type Head,
  Linker,
  type MacKey,
  type Signer,
} from '@compliance-relay/shared/trail'

/** The origin of made-up trails in tests and benchmarks. */
export const SAMPLE_TRAIL = 'lab.example/t/ws-nmr-01/20260302-7f3a'

const relayActor = { id: 'ws-nmr-01', name: 'ws-nmr-01', via: 'relay' }
const person = { id: 'LAB\\jdoe', name: 'Jane Doe', via: 'os-session' }

/** The i-th record of a made-up day: a trail.opened, then one captured file every two seconds. */
export function sampleDraft(i: number, trailKey?: Signer): Draft {
  const time = new Date(Date.UTC(2026, 2, 2, 8) + i * 2000).toISOString()
  if (i === 0) {
    const body = { key: trailKey?.vkey ?? '', node: 'ws-nmr-01', previous: null }
    return { actor: relayActor, body, kind: 'trail.opened', time }
  }
  const file = {
    mtime: time,
    path: `proj/α-${i % 97}/${i}/fid`,
    sha256: hash('sha256', `content of file ${i}`),
    size: 65_536 + i,
  }
  return { actor: person, body: { device: 'ws-nmr-01', file, project: 'P-17' }, kind: 'file.created', time }
}

/** Makes lines of a sample trail one after the other. */
export function* sampleLines(count: number, key: MacKey, trailKey?: Signer): Generator<Uint8Array> {
  const linker = new Linker(key)
  let head: Head = emptyHead(SAMPLE_TRAIL)
  for (let i = 0; i < count; i++) {
    const linked = linker.link(head, sampleDraft(i, trailKey))
    head = linked.head
    yield linked.line
  }
}
