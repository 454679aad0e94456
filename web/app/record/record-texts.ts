/* What stands in a record, in words. Pure: what is not known to this version is shown as it is written. */

type Value = unknown
type Body = { readonly [key: string]: unknown }

const grades: { readonly [grade: string]: string } = {
  A: 'signed in with a badge all through the writing',
  'A-': 'owner of every file that is new',
  B: 'owner of some of the files, or the only person logged in and active',
  C: 'logged in, and not active',
}

const methods: { readonly [method: string]: string } = {
  'file-owner': 'who owns the files on the disk',
  badge: 'who was signed in with a badge',
  'os-session': 'who was logged in at the workstation',
}

const vias: { readonly [via: string]: string } = {
  ...methods,
  relay: 'its own doing',
  session: 'who was signed in',
  password: 'the password that was given',
  'one-time-code': 'the one-time code that was given',
  external: 'the site’s identity provider',
  signature: 'the key that signed it',
  token: 'a token of the site’s identity provider',
  'os-account': 'the account of the system that asked',
}

/** How the relay knows who did it. */
export function viaText(via: string): string {
  return vias[via] ?? via
}

/** How sure the actor is, and by what: empty where there is no evidence. */
export function evidenceTexts(evidence: Value): readonly string[] {
  if (!isBody(evidence)) return []
  const { grade, note, instrumentUser } = evidence
  const discrepancies = (Array.isArray(evidence['discrepancies']) ? evidence['discrepancies'] : []).filter(
    // Said already.
    (one) => !(isBody(one) && one['way'] === 'instrument'),
  )
  const known = typeof grade === 'string' ? grades[grade] : undefined
  return [
    ...(typeof grade === 'string' ? [`Grade ${grade}${known === undefined ? '' : `: ${known}`}.`] : []),
    ...owners(evidence['owners']),
    ...(typeof note === 'string' ? [`Note: ${note}.`] : []),
    ...(instrumentUser === 'another'
      ? ['The instrument’s own files name another person.']
      : instrumentUser === 'same-person'
        ? ['The instrument’s own files name the same person.']
        : instrumentUser === 'same-account'
          ? ['The instrument’s own files name an account that was there.']
          : []),
    ...(discrepancies.length > 0
      ? [`What speaks against it: ${discrepancies.map(discrepancy).join(', ')}.`]
      : []),
  ]
}

function owners(given: Value): readonly string[] {
  if (!Array.isArray(given) || given.length === 0) return []
  const named = given.filter(isBody).map(({ account, id }) => `${account ?? 'no account'} (${id})`)
  return [`Owner of the files: ${named.join(', ')}.`]
}

function discrepancy(one: Value): string {
  if (!isBody(one)) return String(one)
  return [methods[String(one['way'])] ?? one['way'], one['says']].filter(Boolean).join(' says ')
}

const whys: { readonly [why: string]: string } = {
  'relay-not-running': 'the relay was not running',
  'relay-ended': 'it was made before the relay ended, and not recorded by then',
  'folder-unavailable': 'the folder could not be reached',
  'folder-taken-away': 'it was made before the folder was missed, and not recorded by then',
  'before-watch': 'the folder was not watched yet',
  'not-watched': 'the folder was not watched',
  'new-trail': 'a new trail began meanwhile',
}

/** That it was made while nobody looked; undefined if it was not. */
export function lateText(late: Value, time: (iso: string) => string): string | undefined {
  if (!isBody(late)) return undefined
  const { from, to, why } = late
  const reason = whys[String(why)] ?? String(why)
  const since = typeof from === 'string' ? `between ${time(from)} and ` : 'before '
  return `It was made while nobody looked, ${since}${typeof to === 'string' ? time(to) : 'it was seen'}: ${reason}.`
}

/** Whether the run was complete, as far as the rules of the instrument can tell; undefined where that was not asked. */
export function completeText(body: Body): string | undefined {
  if (!('complete' in body)) return undefined
  const { complete, missing, aborted, profile } = body
  const gone = Array.isArray(missing) && missing.length > 0 ? `: missing ${missing.join(', ')}` : ''
  const early = aborted === true ? ' It was ended early.' : ''
  if (complete === true) return `Complete by the rules of ${profile ?? 'its instrument'}.${early}`
  if (complete === false) return `Not complete by the rules of ${profile ?? 'its instrument'}${gone}.${early}`
  return `Nobody can tell: no rule says when it is complete${gone}.${early}`
}

/** `1.4 MB (1,402,331 bytes)`. */
export function sizeText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = ''
  for (const one of units) {
    if (value < 1_000) break
    value /= 1_000
    unit = one
  }
  const exact = `${bytes.toLocaleString('en-US')} bytes`
  return unit === '' ? exact : `${value.toFixed(value < 10 ? 1 : 0)} ${unit} (${exact})`
}

/** How many files of a data set are new, changed and gone; undefined where that does not stand in it. */
export function changesText(changes: Value): string | undefined {
  if (!isBody(changes)) return undefined
  const counts = Object.entries(changes).flatMap(([name, count]) =>
    typeof count === 'number' && count > 0 ? [`${count.toLocaleString('en-US')} ${name}`] : [],
  )
  return counts.length === 0 ? 'no file of it' : `files: ${counts.join(', ')}`
}

/** What of two versions is not the same, in words. */
export function differenceTexts(before: Body, after: Body): readonly string[] {
  const digest = (body: Body) => body['sha256'] ?? body['manifest']
  const number = (value: Value) => (typeof value === 'number' ? value : undefined)
  const [a, b] = [number(before['size']), number(after['size'])]
  return [
    ...(before['path'] !== after['path'] && typeof before['path'] === 'string'
      ? [`path, from ${before['path']}`]
      : []),
    digest(before) === digest(after) ? 'the same content' : 'other content',
    ...(a !== undefined && b !== undefined && a !== b
      ? [`${b > a ? 'larger' : 'smaller'} by ${Math.abs(b - a).toLocaleString('en-US')} bytes`]
      : []),
    ...(before['complete'] !== after['complete'] ? [`complete: ${completeWord(after['complete'])}`] : []),
    ...(changesText(after['changes']) === undefined ? [] : [changesText(after['changes']) as string]),
  ]
}

function completeWord(value: Value): string {
  return value === true ? 'now it is' : value === false ? 'now it is not' : 'nobody can tell'
}

/** What the instrument's files say, as names and values: texts as they stand, anything else as JSON. */
export function claimsIn(run: Value): readonly (readonly [name: string, value: string])[] {
  if (!isBody(run)) return []
  return Object.entries(run).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
}

export interface FileOfSet {
  readonly path: string
  readonly size: number
  readonly sha256: string
}

export function filesIn(files: Value): readonly FileOfSet[] {
  if (!Array.isArray(files)) return []
  return files
    .filter(isBody)
    .filter(
      (one) => typeof one['path'] === 'string' && typeof one['sha256'] === 'string',
    ) as unknown as readonly FileOfSet[]
}

/** Digests that the instrument wrote down, and whether the data agrees. */
export function instrumentDigestTexts(given: Value): readonly string[] {
  if (!Array.isArray(given)) return []
  return given.filter(isBody).map(({ path, from, algorithm, agrees }) => {
    const said = agrees === true ? 'agrees' : agrees === false ? 'DOES NOT AGREE' : 'was not compared'
    return `${path ?? 'a file'}: the ${String(algorithm).toUpperCase()} in ${from ?? 'its files'} ${said}`
  })
}

export function isBody(value: Value): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
