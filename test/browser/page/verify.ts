import {
  base64,
  fromBase64,
  fromHex,
  macKey,
  parsePolicy,
  type Report,
  utf8,
  type VerifyOptions,
  verifyTrail,
  verifyTrailStream,
} from '@compliance-relay/shared/trail'

/** What a trail is held against, as plain data. */
export interface Given {
  /** MAC keys, in hexadecimal. */
  readonly keys: readonly string[]
  readonly policy?: string
  /** Notes in base64: a damaged one need not be text. */
  readonly checkpoints: readonly { readonly name: string; readonly bytes: string }[]
}

/** Where the bytes of a trail are, and what to hold them against. */
export interface Task {
  readonly url: string
  readonly given: Given
}

/** A report as plain data: the root in base64. */
export type PlainReport = Omit<Report, 'root'> & { readonly root: string }

/** Verifies bytes that are all there. */
export function verifyBytes(bytes: Uint8Array, given: Given): PlainReport {
  return plain(verifyTrail([bytes], optionsOf(given)))
}

/** Fetches a trail whole, then verifies it. */
export async function verifyAt({ url, given }: Task): Promise<PlainReport> {
  const response = await answered(url)
  return verifyBytes(new Uint8Array(await response.arrayBuffer()), given)
}

/** Verifies a trail while it arrives, in whatever pieces the network makes. */
export async function verifyStreamAt({ url, given }: Task): Promise<PlainReport> {
  const { body } = await answered(url)
  if (body === null) throw new Error(`expected a body at ${url}, found none`)
  return plain(await verifyTrailStream(body, optionsOf(given)))
}

/** How long verifying takes, the fetch not counted. */
export async function timeAt({ url, given }: Task): Promise<{ report: PlainReport; milliseconds: number }> {
  const bytes = new Uint8Array(await (await answered(url)).arrayBuffer())
  const start = performance.now()
  const report = verifyBytes(bytes, given)
  return { report, milliseconds: performance.now() - start }
}

export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  return fromHex(text, text.length / 2)
}

function optionsOf({ keys, policy, checkpoints }: Given): VerifyOptions {
  return {
    keys: keys.map((key) => macKey(bytesOfHex(key))),
    checkpoints: checkpoints.map(({ name, bytes }) => ({ name, bytes: fromBase64(bytes) })),
    ...(policy === undefined ? {} : { policy: parsePolicy(utf8(policy)) }),
  }
}

function plain(report: Report): PlainReport {
  return { ...report, root: base64(report.root) }
}

async function answered(url: string): Promise<Response> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`expected 200 at ${url}, found ${response.status}`)
  return response
}
