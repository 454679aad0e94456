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
  'P11-10a-3': {
    clause: ['21 CFR 11.10(a)'],
    text: 'Cutting off the newest records or swapping the whole database for an older copy is discovered.',
    how:
      'Signed checkpoints are kept by a notary outside the data folder. At start and on demand the trail is held ' +
      'against the largest one; what does not agree is named, recorded, and a new trail names the old one. Records ' +
      'of the last second before a crash, and a notary restored together with the data, are beyond it.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10e-1': {
    clause: ['21 CFR 11.10(e)', 'EU Annex 11 9', 'PIC/S PI 041-1 9.6'],
    text: 'Creating, changing, renaming and deleting a watched file is recorded with person, UTC time, workstation, project, path, size and SHA-256.',
    how:
      'A reconciling scan compares the folder with what is known of it; hints of the operating system only say where ' +
      'to look first. What has come to rest is read, attributed and recorded.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10e-2': {
    clause: ['21 CFR 11.10(e)', 'MHRA 6.13', 'EU Annex 11 (draft 2025) 12'],
    text: 'The trail is made by the computer, independently of the user, and cannot be switched off.',
    how:
      'No request carries an actor, a time or a place in the trail. There is no command that stops recording while ' +
      'the relay runs; starting, stopping, pauses and the time in between are records.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10e-5': {
    clause: ['EU Annex 11 10', 'EU Annex 11 12.4', 'EU Annex 11 (draft 2025) 12'],
    text: 'Changes of what is watched, of projects and of persons are in the trail, with what was before and after, and why.',
    how:
      'Settings are the sum of their recorded changes; the copy kept beside them is compared with it, and written anew ' +
      'with a record. Where records are damaged, it counts only as a note that is sealed with each commit bears it out.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10e-6': {
    clause: ['ALCOA contemporaneous', 'PIC/S PI 041-1 9.6'],
    text: 'What was found late is said to be late: since when nobody looked, and why.',
    how:
      'A record of something made while the relay or its folder was away carries from, to and the cause. When the relay ' +
      'was last at work is noted under a seal with each commit.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10e-7': {
    clause: ['ALCOA complete'],
    text: 'A file that no person answers for is never lost and never given a made-up person.',
    how: 'It gets a capture.refused record by the relay with the reason and the evidence, and is listed as unclaimed.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10e-8': {
    clause: ['PIC/S PI 041-1 9.6', 'MHRA 6.12'],
    text: 'Each capture is its own record at its own time, numbered without gaps.',
    how: 'Records are numbered by the chain, in the order in which they are committed; the database refuses any other.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10d-1': {
    clause: ['21 CFR 11.10(d)', 'EU Annex 11 12.1'],
    text: 'Everything that is asked of a relay over HTTP, but signing in and health, needs a session that is open.',
    how:
      'One table names every place of the interface and the action it stands for; what is not in it is not there. The ' +
      'session is looked up at each request. Tokens are kept as digests, in memory: a relay that starts knows none. ' +
      'Who is present is said by tokens that the site’s identity provider has signed, each taken once; it opens nothing.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10g-2': {
    clause: ['21 CFR 11.10(g)', 'PIC/S PI 041-1 9.5', 'MHRA 6.16'],
    text: 'Administrators sign nothing, and nobody approves what they made themselves.',
    how:
      'Roles that give rights and roles that use them are never in one account. A statement is held against whoever ' +
      'the records signed name, and an approval of one’s own is refused by a record.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10g-3': {
    clause: ['21 CFR 11.10(g)', 'EU Annex 11 12.3'],
    text: 'Rights that are taken away stop working at the next request.',
    how: 'Rights are read from the records at each request, and sessions of a disabled account end with its record.',
    risk: 'medium',
    owner: 'shared',
    by: 'product',
  },
  'P11-100a-1': {
    clause: ['21 CFR 11.100(a)', '21 CFR 11.300(a)'],
    text: 'An account belongs to one person; its user id is never used again, by nobody.',
    how:
      'User ids are compared in one folded form. An account is retired, never removed, and its record keeps the id ' +
      'taken. There are no default accounts, and names of roles and programs are refused.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'A11d-11-1': {
    clause: ['EU Annex 11 (draft 2025) 11', '21 CFR 11.300(b)'],
    text: 'Once a year somebody looks at who may do what, and that it was done can be shown.',
    how:
      'Somebody of quality is shown all accounts, rights and last sign-ins, and says by their digest and with their ' +
      'password that they are as they should be. A year without it is a record, an alert and a need of the status.',
    risk: 'medium',
    owner: 'shared',
    by: 'product',
  },
  'P11-300b-1': {
    clause: ['21 CFR 11.300(b)', 'EU Annex 11 (draft 2025) 11'],
    text: 'A password that has become known, or too old by the rules of the site, is changed before anything else.',
    how:
      'At each sign-in the password just typed is held against the rules in force and the list of those that are tried ' +
      'first, and its age against what the site allows, if it says so. Whoever signs in is told of the last time and of ' +
      'what failed since. Forgotten ones are recalled by a reset, lost devices by revoking their key. Where nobody has ' +
      'reviewed the accounts for a year, nobody is given leave to sign, and what comes is held until somebody has.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-100b-1': {
    clause: ['21 CFR 11.100(b)'],
    text: 'The right to sign takes a recorded identity check and two administrators.',
    how:
      'One administrator proposes it and says how the identity was checked, another grants it; both are records. It ' +
      'ends with other roles, a reset, and with the trail: a new one does not carry it over.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-300d-1': {
    clause: ['21 CFR 11.300(d)', 'EU Annex 11 12.3'],
    text: 'Attempts at unauthorised use are stopped, recorded, and reported at once.',
    how:
      'After five wrong passwords one after the other each further try has to wait, and ten in a day lock the account. ' +
      'Which records are alerts is one list; they are sent to webhooks and syslog until they have arrived, within ' +
      'seconds where somebody takes them.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'P11-10h-2': {
    clause: ['21 CFR 11.10(h)'],
    text: 'What is captured comes from the watched folder itself: no link leads out of it, no other disk is taken for it.',
    how:
      'Links and other file systems are refused, by a record, and not read. An open file must lie in the folder by its ' +
      'real path. A folder that was replaced is named, and nothing in it is called deleted for that.',
    risk: 'medium',
    owner: 'agent',
    by: 'product',
  },
  'DI-2': {
    clause: ['FDA data integrity Q12', 'MHRA 6.12'],
    text: 'Nothing is shown as done that is not durable.',
    how: 'A record is committed and synced to disk before it is counted, shown or signed. Kills, full and failing disks are tried.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'DI-3': {
    clause: ['MHRA 6.11', 'FDA data integrity Q1'],
    text: 'A raw file can later be shown to be the recorded original.',
    how: 'Size and SHA-256 are of the file at rest; relay verify-file says whether a file is as recorded, changed or missing.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'DI-5': {
    clause: ['ALCOA complete'],
    text: 'What is on the disk and what is recorded are reconciled.',
    how: 'Folders are looked through at start, every minute, and file by file every ten minutes and on demand.',
    risk: 'high',
    owner: 'agent',
    by: 'product',
  },
  'TIME-1': {
    clause: ['MHRA 6.13', 'PIC/S PI 041-1 9.6'],
    text: 'Times are unambiguous, and steps of the clock are noticed.',
    how: 'UTC to the millisecond. The clock is compared with one that nobody sets; a step of more than 2 s is a record.',
    risk: 'high',
    owner: 'agent',
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
  'P11-70-2': {
    clause: ['21 CFR 11.70', 'EU Annex 11 draft 13'],
    text: 'A record that follows a signed one, of the same file or data set, is not signed by it.',
    how: 'A signature binds place and leaf hash of each record; the next version is another record, with no signature.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10d-2': {
    clause: ['EU Annex 11 draft 11', 'PIC/S PI 041-1 9.5'],
    text: 'Access ends when nobody uses it, and its user cannot change that.',
    how: 'A session ends after 15 minutes without a request and after 12 hours in any case; nothing that can be asked sets these.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10d-4': {
    clause: ['EU Annex 11 12.3', 'OWASP ASVS 7.4.2'],
    text: 'Disabling an account ends its sessions at once, and what it signs offline afterwards is not taken.',
    how: 'Sessions end with the record. A statement is held against the account as it is when it comes in.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10g-1': {
    clause: ['21 CFR 11.10(g)', 'EU Annex 11 12'],
    text: 'What each role may do is one table, and the relay asks it at each request.',
    how: 'Routes name an action of the table. A test tries every role, route, own and other account, and state of a session.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'DI-1': {
    clause: ['PIC/S PI 041-1 9.5', 'FDA data integrity Q5'],
    text: 'There are no shared, default or generic accounts.',
    how: 'A new relay has none; the first is a named person with a one-time code, and names of roles and programs are refused.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-200a3-1': {
    clause: ['21 CFR 11.200(a)(3)', 'OWASP ASVS 6.4.6'],
    text: 'Coming to sign as somebody else takes two people who work together.',
    how: 'A reset is a one-time code, for who signs from two administrators; it ends the keys and the right to sign. Nobody sets or learns another’s password.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-300c-1': {
    clause: ['21 CFR 11.300(c)'],
    text: 'A lost device signs nothing more after one act.',
    how: 'Revoking its key holds what it signs from then on and gives it no lease; retiring a person or resetting them revokes all of theirs.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-300d-2': {
    clause: ['OWASP ASVS 6.1.1'],
    text: 'A thousand guesses on one device do not shut an account to its owner on another.',
    how: 'Waiting is for an account on a device, and doubles; a guess that has to wait is not tried and counts for nothing. Ten that were tried within a day lock it.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'ENUM-1': {
    clause: ['OWASP ASVS 6.3.8'],
    text: 'Nobody learns by trying which accounts exist.',
    how:
      'A name that nobody has is answered in the same words, after the same work, and waits alike. What the medians of ' +
      'the times are, `npm run bench -- names` prints.',
    risk: 'medium',
    owner: 'shared',
    by: 'product',
  },
  'P11-70-3': {
    clause: ['21 CFR 11.10', '21 CFR 11.70'],
    text: 'Whoever has the database, and even the key of the chain, can make nobody’s signature.',
    how: 'A signature is made by a key whose private half only its owner’s password opens, on their device. The verifier holds each against the key enrolled.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-200a1-1': {
    clause: ['21 CFR 11.200(a)(1)'],
    text: 'A session alone signs nothing.',
    how: 'A statement is taken by the signature of an enrolled key, and a key is enrolled with the password, asked for again.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-200a2-1': {
    clause: ['21 CFR 11.200(a)(2)', 'FDA data integrity Q5'],
    text: 'A signature is its owner’s alone: there is no signing for another.',
    how: 'No request names who signs: the key does. Only people with a role that signs can have one.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'SIG-1': {
    clause: ['21 CFR 11.50(a)(3)', 'EU Annex 11 draft 13'],
    text: 'A signature has a meaning of a closed list and a reason.',
    how: 'A statement without them is none, whoever signed it.',
    risk: 'medium',
    owner: 'shared',
    by: 'product',
  },
  'P11-10a-4': {
    clause: ['21 CFR 11.10(a)', '21 CFR 11.10(b)'],
    text: 'Whoever has no secret, no account and no network can check an export.',
    how: 'An export is sealed by a record of the trail and carries leaves, heads, policy and proof; one function verifies it, for the command and for a page without network, and VERIFY.txt says how to do it with tools that are not ours.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10b-1': {
    clause: ['21 CFR 11.10(b)', 'EU Annex 11 8.1'],
    text: 'Copies are complete and can be read by people and by machines, with audit trail and signatures.',
    how: 'A bag has each record exactly, a table made from it, what was withheld by its leaves, and the keys its signatures need.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10b-2': {
    clause: ['21 CFR 11.10(b)', 'MHRA 6.11.2', 'OWASP ASVS 1.2.10'],
    text: 'Copies keep odd names exactly and are safe to open.',
    how: 'JSON has the exact entry. Cells of the table are written out where they print as nothing, and none begins like a formula.',
    risk: 'medium',
    owner: 'shared',
    by: 'product',
  },
  'P11-50b-1': {
    clause: ['21 CFR 11.50(b)', 'EU Annex 11 14'],
    text: 'Who signed, when, what it means and why stands in every copy that is printed.',
    how:
      'A printed copy is one list of blocks, made from the signed statements themselves and printed as a page and as ' +
      'PDF/A: full name and id, roles, date and time with zone, meaning, reason, what was signed, and what became of it.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'P11-10f-1': {
    clause: ['21 CFR 11.10(f)'],
    text: 'Signatures come in the order and by the people that the site has set for a project.',
    how: 'Each is judged against those that stand, and counts only if its signer was shown the steps before it.',
    risk: 'high',
    owner: 'shared',
    by: 'product',
  },
  'SIG-2': {
    clause: ['21 CFR 11.70', 'OWASP ASVS 2.3.4'],
    text: 'Two people signing at once never lose or damage a signature, and nobody signs the same twice.',
    how: 'Statements are judged one after the other; one person means one thing of a record once.',
    risk: 'medium',
    owner: 'shared',
    by: 'product',
  },
  'OFF-1': {
    clause: ['21 CFR 11.10(g)', '21 CFR 11.70'],
    text: 'A signature made without the network counts only once the relay has checked person, device, time and record.',
    how: 'What was taken from the signer meanwhile holds it for another person to decide; what was taken before refuses it.',
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
