import { closeSync, openAsBlob, openSync, statSync } from 'node:fs'
import {
  type Anchors,
  type BagSource,
  BagUnreadable,
  openZipBag,
  reportText,
  type Trust,
  unreadableText,
  verifyBag,
  type ZipBag,
} from '@compliance-relay/shared/bag'
import type { Checkpoint } from '@compliance-relay/shared/trail'
import { jsonText, type Output } from './commands/options.ts'
import { openFolderBag } from './folder-bag.ts'
import { progressLine } from './progress-line.ts'
import { whyUnreadable } from './system-faults.ts'
import { UnusableInput } from './unusable-input.ts'

/** `relay verify BAG.zip`, or of the folder it was unpacked into. Returns 0 if nothing was found, 1 if something was. Throws `UnusableInput`. */
export async function verifyBagCommand(
  file: string,
  {
    trust,
    newest,
    timeStamps,
    json,
  }: {
    readonly trust: Trust
    readonly newest: readonly Checkpoint[]
    readonly timeStamps: Anchors | undefined
    readonly json: boolean
  },
  out: Output,
): Promise<number> {
  const bag = await openBag(file)
  const line = progressLine(json)
  try {
    const onProgress = (read: number, of: number) => line.say('bytes of files read', read, of)
    const onRecords = (checked: number, of: number) => line.say('records checked', checked, of)
    const report = await verifyBag(bag, {
      trust,
      newest,
      onProgress,
      onRecords,
      ...(timeStamps === undefined ? {} : { timeStamps }),
    })
    line.end()
    out.write(json ? jsonText({ file, ...report }) : reportText(file, report))
    return report.findings.length === 0 ? 0 : 1
  } finally {
    line.end()
    await bag.close()
  }
}

/** A zip, or the folder it was unpacked into. Throws `UnusableInput` for what is neither. */
export async function openBag(file: string): Promise<BagSource & Pick<ZipBag, 'close'>> {
  return isFolder(file) ? openFolderBag(file) : openZip(file)
}

/** Throws `UnusableInput` for what is no zip. */
export async function openZip(file: string): Promise<ZipBag> {
  try {
    return await openZipBag(await blobOf(file))
  } catch (error) {
    if (error instanceof BagUnreadable)
      throw new UnusableInput(
        unreadableText(file, error, 'name the folder: relay verify and relay report read it'),
      )
    throw error
  }
}

export function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory()
  } catch {
    // Whoever opens it says why it cannot be.
    return false
  }
}

async function blobOf(file: string): Promise<Blob> {
  if (isFolder(file)) throw new UnusableInput(`${file} is a folder: name the zip`)
  try {
    // A blob is opened when it is read, and then nobody says why it cannot be.
    closeSync(openSync(file, 'r'))
  } catch (error) {
    throw new UnusableInput(`${file} cannot be read: ${whyUnreadable(error)}`)
  }
  return openAsBlob(file)
}
