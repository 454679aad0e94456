import { readFingerprints, UNTRUSTED_TEXT, verdictText } from '@compliance-relay/shared/bag'
import { answersView } from '../check/answers-view.ts'
import { Checker } from '../check/checker.ts'
import { chosenFiles, droppedFiles, FILES_MAX, TooMany } from '../check/dropped.ts'
import { byId, say } from '../check/element.ts'
import type { Checked, DroppedFile, Given } from '../check/messages.ts'
import { reportView } from '../check/report-view.ts'
import { ProgressView } from './progress-view.ts'
import { workerStarter } from './start-worker.ts'
import { holdThePage, zone } from './zone.ts'

/* The page: what is given goes to the worker, what it tells is shown. Nothing is decided here. */

const fingerprints = byId('fingerprints', HTMLTextAreaElement)
const input = (id: string) => byId(id, HTMLInputElement)
const checker = new Checker(workerStarter())
const bagProgress = new ProgressView('bag', 'records')
const findProgress = new ProgressView('find', 'files')

/** A zip, or the files of the folder it was unpacked into. */
let bag: File | readonly DroppedFile[] | undefined
let checked: Checked | undefined
/** What is given now is not what the export was checked by. */
let isStale = false

holdThePage()
showTrust()

fingerprints.addEventListener('input', giveAnew)
for (const id of ['policy', 'checkpoint', 'tsa-cert']) input(id).addEventListener('change', giveAnew)
zone(byId('trust', HTMLElement), ({ files }) => {
  if (files.length === 1) input('policy').files = files
  giveAnew()
})

zone(byId('bag-zone', HTMLElement), (transfer) => void take(() => droppedFiles(transfer)))
input('bag-folder').addEventListener('change', () => {
  void take(async () => chosenFiles(input('bag-folder')))
  input('bag-folder').value = ''
})
input('bag').addEventListener('change', () => {
  const [file] = input('bag').files ?? []
  // Choosing the same file again is to check it again.
  input('bag').value = ''
  if (file !== undefined) check(file)
})
click('again', () => bag !== undefined && check(bag))
click('bag-cancel', () => {
  checker.end()
  bagProgress.end()
  say('bag-message', 'Cancelled: nothing is said about the export.')
  byId('bag-choose', HTMLElement).focus()
})
click('save', save)
click('print', () => print())

zone(byId('file-zone', HTMLElement), (transfer) => void look(() => droppedFiles(transfer)))
for (const id of ['files', 'folder'])
  input(id).addEventListener('change', () => {
    void look(async () => chosenFiles(input(id)))
    input(id).value = ''
  })
click('find-cancel', () => checker.stopFinding())

for (const id of ['bag', 'bag-folder', 'files', 'folder']) click(`${id}-choose`, () => input(id).click())

function click(id: string, act: () => void): void {
  byId(id, HTMLButtonElement).addEventListener('click', act)
}

function given(): Given {
  const [policy] = input('policy').files ?? []
  const [checkpoint] = input('checkpoint').files ?? []
  const [tsaCertificate] = input('tsa-cert').files ?? []
  return { fingerprints: fingerprints.value, policy, checkpoint, tsaCertificate }
}

function showTrust(): void {
  const { fingerprints: typed, policy } = given()
  const prints = readFingerprints(typed)
  const [kind, text] =
    prints === undefined
      ? ['bad', 'This is no fingerprint yet: one has 64 digits, 0 to 9 and a to f, in eight groups.']
      : prints.length > 0 && policy !== undefined
        ? ['bad', 'Fingerprints or a policy file, not both: each says whose word counts.']
        : prints.length > 0
          ? ['', `${prints.length === 1 ? 'One fingerprint is' : `${prints.length} fingerprints are`} given.`]
          : policy !== undefined
            ? ['', `The policy ${policy.name} is given.`]
            : [
                'open',
                'Nothing is given yet. Without it an export vouches for nothing, whatever it says of itself.',
              ]
  byId('trust-state', HTMLElement).className = `state ${kind}`
  say('trust-state', text ?? '')
}

/** Other words count now than those that the export was checked by: what was said of it says nothing any more. */
function giveAnew(): void {
  isStale = true
  showTrust()
  showStale()
}

function showStale(): void {
  byId('stale', HTMLElement).hidden = !isStale
  byId('result', HTMLElement).classList.toggle('stale', isStale)
  byId('find', HTMLElement).hidden = isStale || checked === undefined
}

/** A single zip, or the folder that one was unpacked into. */
async function take(gather: () => Promise<readonly DroppedFile[]>): Promise<void> {
  const files = await gather().catch((error: unknown) => {
    say(
      'bag-message',
      `This cannot be looked at: ${String(error)}. A folder can also be chosen with the button.`,
    )
    return []
  })
  const [first, ...more] = files
  if (first === undefined) return
  if (first.path.includes('/') || more.length === 0) check(first.path.includes('/') ? files : first.file)
  else say('bag-message', 'One export at a time: a single .zip, or the folder it was unpacked into.')
}

function check(export_: File | readonly DroppedFile[]): void {
  bag = export_
  checked = undefined
  isStale = false
  showStale()
  for (const id of ['result', 'find']) byId(id, HTMLElement).hidden = true
  byId('answers', HTMLElement).replaceChildren()
  byId('find', HTMLElement).classList.remove('asked')
  say('bag-message', '')
  bagProgress.begin()
  checker.verify(export_, given(), {
    onProgress: (progress) => bagProgress.show(progress),
    onUnusable: (why) => {
      bagProgress.end()
      say('bag-message', why)
    },
    onReport: (result) => {
      bagProgress.end()
      checked = result
      byId('report', HTMLElement).replaceChildren(reportView(result, new Date().toISOString()))
      byId('result', HTMLElement).hidden = false
      showStale()
      byId('file-zone', HTMLElement).hidden = !result.isEvidence
      say(
        'find-message',
        result.isEvidence
          ? ''
          : 'This export is no evidence as it was checked, so it says of no file what it is.',
      )
      say('spoken', result.isTrustGiven ? verdictText(result.report) : UNTRUSTED_TEXT)
      byId('result-title', HTMLElement).focus()
    },
  })
}

async function look(gather: () => Promise<readonly DroppedFile[]>): Promise<void> {
  const asked = checked
  const answers = byId('answers', HTMLElement)
  answers.replaceChildren()
  say('find-message', '')
  const files = await gather().catch((error: unknown) => {
    const why =
      error instanceof TooMany ? `they are more than ${FILES_MAX.toLocaleString('en')}` : String(error)
    say(
      'find-message',
      `These files cannot be looked at: ${why}. A folder can also be chosen with the button.`,
    )
    return []
  })
  if (files.length === 0 || checked !== asked) return
  findProgress.begin()
  checker.find(files, {
    onProgress: (progress) => findProgress.show(progress),
    onUnusable: (why) => {
      findProgress.end()
      say('find-message', why)
    },
    onAnswers: (found) => {
      findProgress.end()
      byId('find', HTMLElement).classList.add('asked')
      answers.replaceChildren(answersView(found, withheldIn(asked)))
      say('spoken', answers.querySelector('.summary')?.textContent ?? '')
      answers.focus()
    },
  })
}

function withheldIn(result: Checked | undefined): number {
  return result?.report.trails.reduce((sum, { withheld = 0 }) => sum + withheld, 0) ?? 0
}

/** The same JSON as of `relay verify --json`. */
function save(): void {
  if (checked === undefined) return
  const { file, report } = checked
  const text = `${JSON.stringify({ file, ...report }, null, 2)}\n`
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = `${file.replace(/\.zip$/i, '')}-report.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
