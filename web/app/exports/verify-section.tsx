import { readFingerprints, UNTRUSTED_TEXT, verdictText } from '@compliance-relay/shared/bag'
import { useEffect, useRef, useState } from 'react'
import { answersView } from '../../check/answers-view.ts'
import { Checker } from '../../check/checker.ts'
import type { Answers, Checked, DroppedFile, Given, Progress as Told } from '../../check/messages.ts'
import { reportView } from '../../check/report-view.ts'
import checkWorkerUrl from '../../check/worker.ts?worker&url'
import { useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { DropPlace } from '../parts/drop-place.tsx'
import { Field } from '../parts/field.tsx'
import { Progress } from '../parts/progress.tsx'
import { Section } from '../record/section.tsx'
import { plainWorker } from '../shell/own-worker.ts'
import styles from './exports.module.css'
import { grouped, knownKeys } from './known-keys.ts'
import { printPart } from './print-part.ts'
import { saveFile } from './save-file.ts'

type Trust = 'known' | 'typed' | 'policy'

/** Checks a sealed export here, as the offline page does and in its words: signed in or not, with a network or without. */
export function VerifySection() {
  const known = knownKeys(useLog())
  const [chosen, setTrust] = useState<Trust>()
  const trust = chosen ?? (known.length > 0 ? 'known' : 'typed')
  const [typed, setTyped] = useState('')
  const [policy, setPolicy] = useState<File>()
  const [checkpoint, setCheckpoint] = useState<File>()
  const [certificate, setCertificate] = useState<File>()
  const [bag, setBag] = useState<File>()
  const [progress, setProgress] = useState<Told>()
  const [checked, setChecked] = useState<{ readonly result: Checked; readonly at: string }>()
  const [fault, setFault] = useState<string>()
  const checker = useRef<Checker>(undefined)
  checker.current ??= new Checker(() => plainWorker(checkWorkerUrl, 'check'))
  const report = useRef<HTMLElement>(null)
  useEffect(() => () => checker.current?.end(), [])

  const given: Given = {
    fingerprints:
      trust === 'known'
        ? known.map(({ fingerprint }) => fingerprint).join('\n')
        : trust === 'typed'
          ? typed
          : '',
    policy: trust === 'policy' ? policy : undefined,
    checkpoint,
    tsaCertificate: certificate,
  }
  const check = (file: File) => {
    setBag(file)
    setChecked(undefined)
    setFault(undefined)
    setProgress({ doneBytes: 0, ofBytes: 0 })
    checker.current?.verify(file, given, {
      onProgress: setProgress,
      onUnusable: (why) => {
        setProgress(undefined)
        setFault(why)
      },
      onReport: (result) => {
        setProgress(undefined)
        setChecked({ result, at: new Date().toISOString() })
      },
    })
  }
  const take = ([first, ...more]: readonly DroppedFile[]) => {
    if (first === undefined || more.length > 0) setFault('One export at a time: a single .zip.')
    else check(first.file)
  }
  const save = ({ file, report: found }: Checked) =>
    saveFile(
      new Blob([`${JSON.stringify({ file, ...found }, null, 2)}\n`], { type: 'application/json' }),
      `${file.replace(/\.zip$/i, '')}-report.json`,
    )
  return (
    <Section title="Check an export">
      <p className={styles['soft']}>
        Everything happens on this device: nothing of the export leaves it, and no network is needed.
      </p>
      <fieldset className={styles['list']}>
        <legend>
          <h3>Whose word counts</h3>
        </legend>
        {known.length > 0 && (
          <TrustChoice value="known" chosen={trust} onChange={setTrust}>
            The keys this device was given by its relay
          </TrustChoice>
        )}
        {trust === 'known' && (
          <div className={styles['warn']}>
            {known.map(({ trail, fingerprint }) => (
              <p key={fingerprint}>
                {trail}: <code>{grouped(fingerprint)}</code>
              </p>
            ))}
            <p>They came from the relay itself. Compare them with the paper that was filed, once.</p>
          </div>
        )}
        <TrustChoice value="typed" chosen={trust} onChange={setTrust}>
          Fingerprints from paper
        </TrustChoice>
        {trust === 'typed' && (
          <Field
            label="Fingerprint of each key, as relay keys printed it"
            hint="64 digits in eight groups, from paper or a file that was kept elsewhere. Never from the export itself."
            error={
              readFingerprints(typed) === undefined
                ? 'This is no fingerprint yet: one has 64 digits, 0 to 9 and a to f, in eight groups.'
                : undefined
            }
            value={typed}
            onChange={setTyped}
            lines={3}
          />
        )}
        <TrustChoice value="policy" chosen={trust} onChange={setTrust}>
          A policy file
        </TrustChoice>
        {trust === 'policy' && <OneFile label="The policy" file={policy} onFile={setPolicy} />}
        <details>
          <summary>A newer checkpoint, or the certificate of a time-stamp authority</summary>
          <OneFile
            label="A newer checkpoint: shows whether the export is older than that"
            file={checkpoint}
            onFile={setCheckpoint}
          />
          <OneFile
            label="The certificate of whose time stamps you trust: without it no time stamp is checked"
            file={certificate}
            onFile={setCertificate}
          />
        </details>
      </fieldset>
      <DropPlace
        label="The export to check"
        hint="Drop the export here, or"
        choose="Choose the export (.zip)"
        accept=".zip,application/zip"
        isDisabled={progress !== undefined}
        onFiles={take}
        onFault={setFault}
      />
      {progress !== undefined && (
        <Progress
          progress={progress}
          what="records"
          label="How much of the export is checked"
          onStop={() => {
            checker.current?.end()
            setProgress(undefined)
            setFault('Stopped: nothing is said about the export.')
          }}
        />
      )}
      {fault !== undefined && (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
      <p role="status" className="visually-hidden">
        {checked && (checked.result.isTrustGiven ? verdictText(checked.result.report) : UNTRUSTED_TEXT)}
      </p>
      {checked !== undefined && (
        <>
          <section ref={report} aria-label="What was found" className={styles['report']}>
            <Built of={checked} build={({ result, at }) => reportView(result, at)} />
          </section>
          <div className={styles['row']}>
            <Button onPress={() => bag !== undefined && check(bag)}>Check again</Button>
            <Button onPress={() => save(checked.result)}>Save the report (JSON)</Button>
            <Button onPress={() => printPart(report.current)}>Print the report</Button>
          </div>
          <FilesIn checker={checker.current} checked={checked.result} />
        </>
      )}
    </Section>
  )
}

/** Is this file in it? */
function FilesIn({ checker, checked }: { readonly checker: Checker; readonly checked: Checked }) {
  const [progress, setProgress] = useState<Told>()
  const [answers, setAnswers] = useState<Answers>()
  const [fault, setFault] = useState<string>()
  if (!checked.isEvidence)
    return (
      <p className={styles['soft']}>
        This export is no evidence as it was checked, so it says of no file what it is.
      </p>
    )
  const withheld = checked.report.trails.reduce((sum, trail) => sum + (trail.withheld ?? 0), 0)
  const look = (files: readonly DroppedFile[]) => {
    setAnswers(undefined)
    setFault(undefined)
    setProgress({ doneBytes: 0, ofBytes: 0 })
    checker.find(files, {
      onProgress: setProgress,
      onUnusable: (why) => {
        setProgress(undefined)
        setFault(why)
      },
      onAnswers: (found) => {
        setProgress(undefined)
        setAnswers(found)
      },
    })
  }
  return (
    <>
      <h3>Is this file in it?</h3>
      <DropPlace
        label="Is this file in it?"
        hint="Drop a file or a folder here, or"
        choose="Choose files"
        chooseFolder="Choose a folder"
        isDisabled={progress !== undefined}
        onFiles={look}
        onFault={setFault}
      />
      {progress !== undefined && (
        <Progress
          progress={progress}
          what="files"
          label="How much of the files is read"
          onStop={() => checker.stopFinding()}
        />
      )}
      {fault !== undefined && <p role="alert">{fault}</p>}
      <div role="status" className={styles['report']}>
        {answers !== undefined && <Built of={answers} build={(found) => answersView(found, withheld)} />}
      </div>
    </>
  )
}

/** What the offline page builds, put here as it is. */
function Built<Value>({ of, build }: { readonly of: Value; readonly build: (of: Value) => HTMLElement }) {
  const place = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: built once for each
  useEffect(() => place.current?.replaceChildren(build(of)), [of])
  return <div ref={place} />
}

interface TrustChoiceProps {
  readonly value: Trust
  readonly chosen: Trust
  readonly onChange: (trust: Trust) => void
  readonly children: string
}

function TrustChoice({ value, chosen, onChange, children }: TrustChoiceProps) {
  return (
    <label className={styles['choice']}>
      <input type="radio" name="trust" checked={chosen === value} onChange={() => onChange(value)} />
      {children}
    </label>
  )
}

interface OneFileProps {
  readonly label: string
  readonly file: File | undefined
  readonly onFile: (file: File | undefined) => void
}

function OneFile({ label, file, onFile }: OneFileProps) {
  return (
    <label className={styles['oneFile']}>
      {label}
      <input type="file" onChange={({ target }) => onFile(target.files?.[0])} />
      {file !== undefined && <span className={styles['soft']}>{file.name} is given.</span>}
    </label>
  )
}
