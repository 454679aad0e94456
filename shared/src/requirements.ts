/**
 * What the product promises, one row per requirement: the one place it is said.
 *
 * A row is added in the same change that builds it, never before: a row here must have passing tests, or
 * `npm run trace` fails. A test claims a row with the tag `req/<id>` (Playwright: `@req/<id>`). An id is never
 * reused or given another meaning, because matrices of released builds name it for as long as records are kept.
 */
export const requirements = {
  'P11-10a-1': {
    clause: ['21 CFR 11.10(a)', 'EU Annex 11 4', 'EU Annex 11 (draft 2025) 9'],
    text: 'Every requirement has executed evidence for exactly the build it is claimed for.',
    how:
      'Tests name the requirement they show. The trace reads what was run, refuses gaps, skipped, retried and ' +
      'failed tests, and writes a matrix that names the commit and the SHA-256 of the lock file.',
    risk: 'high',
    owner: 'test',
    by: 'product',
  },
  'P11-10a-2': {
    clause: ['21 CFR 11.10(a)', 'PIC/S PI 041-1 9.6'],
    text: 'Any change, insertion, removal or reordering of a stored record is discovered and located.',
    how:
      'Each record carries a keyed checksum over its own bytes and the checksum before it, and a signed checkpoint ' +
      'fixes how many there are and which. Verifying reads every record and names every place that does not follow. ' +
      'Records that no checkpoint covers yet can be cut off unseen.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-70-1': {
    clause: ['21 CFR 11.70', 'EU Annex 11 14'],
    text: 'A signature cannot be cut out, copied or moved to another record.',
    how:
      'The signature is made over place and leaf hash of the records it is about, the signer, the meaning, the reason, ' +
      'the time and the device. Beside any other record, or with any of these changed, it does not verify.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'PROC-TRAIN': {
    clause: ['21 CFR 11.10(i)'],
    text: 'The people who use, administer and review the system are trained for it.',
    how: 'The customer trains them and keeps the training records.',
    risk: 'medium',
    owner: 'customer',
    by: 'procedure',
  },
  'PROC-POLICY': {
    clause: ['21 CFR 11.10(j)'],
    text: 'A written policy holds people accountable for what is done under their electronic signature.',
    how: 'The customer writes the policy and has each signer accept it.',
    risk: 'medium',
    owner: 'customer',
    by: 'procedure',
  },
  'PROC-LETTER': {
    clause: ['21 CFR 11.100(c)'],
    text: 'The FDA has been told that electronic signatures are meant to bind like handwritten ones.',
    how: 'The customer sends the letter before the first electronic signature is used.',
    risk: 'low',
    owner: 'customer',
    by: 'procedure',
  },
  'PROC-PHYSICAL': {
    clause: ['21 CFR 11.10(d)', 'EU Annex 11 12.1'],
    text: 'Only authorised people can reach the workstations, servers and tablets.',
    how: 'The customer controls rooms, machines and the operating-system accounts on them.',
    risk: 'high',
    owner: 'customer',
    by: 'procedure',
  },
  'PROC-RETENTION': {
    clause: ['21 CFR 11.10(c)', 'EU Annex 11 17'],
    text: 'How long each kind of record is kept is decided and written down.',
    how: 'The customer sets the retention periods that the predicate rules ask for.',
    risk: 'high',
    owner: 'customer',
    by: 'procedure',
  },
  'PROC-SOP': {
    clause: ['21 CFR 11.10(a)', '21 CFR 11.10(g)', 'EU Annex 11 9', 'EU Annex 11 11'],
    text: 'Procedures say how audit trails are reviewed and how access is given, reviewed and taken away.',
    how: 'The customer writes the procedures and follows them.',
    risk: 'high',
    owner: 'customer',
    by: 'procedure',
  },
} as const satisfies Record<string, Requirement>

export type ReqId = keyof typeof requirements

export type Requirement = {
  /** Where it is asked, as an inspector would cite it. */
  readonly clause: readonly string[]
  /** What holds. One sentence that could be false. */
  readonly text: string
  /** How it is met, by the software or by the customer. */
  readonly how: string
  /** What a failure could do to patient, product or data. High asks for two tests, one of them a challenge. */
  readonly risk: 'high' | 'medium' | 'low'
  /** The part that carries the main test. */
  readonly owner: 'shared' | 'agent' | 'server' | 'web' | 'test' | 'docs' | 'customer'
  /** Who meets it: our software, with tests, or the customer's own procedures, which no test of ours can show. */
  readonly by: 'product' | 'procedure'
}
