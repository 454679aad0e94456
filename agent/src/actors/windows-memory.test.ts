import { afterEach, expect, test } from 'vitest'
import { WindowsError } from './windows-calls.ts'
import { type Koffi, windowsCalls } from './windows-koffi.ts'

/*
 * The calls themselves, against a memory that behaves as the functions of Windows are documented: what is given out
 * must be given back by the function that belongs to it, once, and not be read afterwards.
 */

const NAME = 'not executed on this platform: '
const JANE = 'S-1-5-21-3623811015-3361044348-30300820-1613'
const LOGON = 134_169_120_000_000_000n
const ERRORS = { accessDenied: 5, noneMapped: 1332, noSession: 7022 }

type Out = [bigint | number | null]
interface Block {
  readonly bytes: Buffer
  readonly by: string
}

let memory = new Map<bigint, Block>()
let next = 0x7f00_0000_1000n
const asked: unknown[] = []
afterEach(() => {
  // Whatever the call, and whether it failed or not, nothing is left behind.
  expect([...memory.values()].map(({ by }) => by)).toEqual([])
  memory = new Map()
  asked.length = 0
})

function give(bytes: Buffer, by: string): bigint {
  const pointer = next
  next += 0x1000n
  memory.set(pointer, { bytes, by })
  return pointer
}

/** The bytes from a pointer on; it may point into a block, as to the owner within a descriptor. */
function at(pointer: bigint): Buffer {
  const start = pointer - (pointer % 0x1000n)
  const block = memory.get(start)
  if (block === undefined) throw new Error('memory is read that was given back')
  return block.bytes.subarray(Number(pointer - start))
}

function free(by: string): (pointer: unknown) => number {
  return (pointer) => {
    if (memory.get(pointer as bigint)?.by !== by) throw new Error(`this memory is not freed by ${by}`)
    memory.delete(pointer as bigint)
    return 0
  }
}

const utf16 = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le')
/** Here a SID in memory is its text: what Windows keeps there is opaque to the relay. */
const sidAt = (sid: unknown): string => textOf(Buffer.isBuffer(sid) ? sid : at(sid as bigint))
const textOf = (bytes: Buffer): string => bytes.toString('utf16le').split('\0')[0] ?? ''

interface Windows {
  readonly names?: Readonly<Record<string, readonly [domain: string, name: string, use: number]>>
  readonly rows?: Buffer
  readonly count?: number
  readonly info?: Buffer
  readonly error?: number
}

function windows({ names = {}, rows, count = 0, info, error = 0 }: Windows): Koffi {
  const functions: Record<string, (...args: never[]) => unknown> = {
    GetLastError: () => error,
    LocalFree: free('LocalFree'),
    WTSFreeMemory: free('WTSFreeMemory'),
    WTSFreeMemoryExW: (kind: number, pointer: bigint, n: number) => {
      expect([kind, n]).toEqual([2, count])
      return free('WTSFreeMemoryExW')(pointer)
    },
    CloseHandle: free('CloseHandle'),
    GetCurrentProcess: () => 0xffff_ffff_ffff_ffffn,
    GetNamedSecurityInfoW: (
      path: string,
      type: number,
      parts: number,
      owner: Out,
      _g: null,
      _d: null,
      _s: null,
      descriptor: Out,
    ) => {
      asked.push(path)
      expect([type, parts]).toEqual([1, 1])
      if (error !== 0) return error
      descriptor[0] = give(Buffer.concat([Buffer.alloc(20), utf16(JANE)]), 'LocalFree')
      owner[0] = descriptor[0] + 20n
      return 0
    },
    ConvertSidToStringSidW: (sid: unknown, text: Out) => {
      text[0] = give(utf16(sidAt(sid)), 'LocalFree')
      return 1
    },
    ConvertStringSidToSidW: (text: string, sid: Out) => {
      sid[0] = give(utf16(text), 'LocalFree')
      return 1
    },
    LookupAccountSidW: (
      _system: null,
      sid: bigint,
      name: Buffer,
      nameUnits: number[],
      domain: Buffer,
      domainUnits: number[],
      use: number[],
    ) => {
      const found = names[sidAt(sid)]
      if (found === undefined) return 0
      expect([nameUnits[0], domainUnits[0]]).toEqual([name.length / 2, domain.length / 2])
      utf16(found[1]).copy(name)
      utf16(found[0]).copy(domain)
      use[0] = found[2]
      return 1
    },
    OpenProcessToken: (process: bigint, access: number, token: Out) => {
      expect([process, access]).toEqual([0xffff_ffff_ffff_ffffn, 8])
      token[0] = give(Buffer.alloc(0), 'CloseHandle')
      return 1
    },
    GetTokenInformation: () => 0,
    WTSEnumerateSessionsExW: (server: null, level: number[], filter: number, out: Out, number: number[]) => {
      expect([server, level, filter]).toEqual([null, [1], 0])
      if (rows === undefined) return 0
      out[0] = give(rows, 'WTSFreeMemoryExW')
      number[0] = count
      return 1
    },
    WTSQuerySessionInformationW: (
      _server: null,
      session: number,
      kind: number,
      out: Out,
      bytes: number[],
    ) => {
      asked.push([session, kind])
      if (info === undefined) return 0
      out[0] = give(info, 'WTSFreeMemory')
      bytes[0] = info.length
      return 1
    },
  }
  return {
    load: () => ({
      func: (prototype) => {
        const name = /(\w+)\(/.exec(prototype)?.[1] ?? ''
        const call = functions[name]
        return (...args) => {
          if (call === undefined) throw new Error(`${name} is not expected`)
          return (call as (...all: readonly unknown[]) => unknown)(...args)
        }
      },
    }),
    decode: (pointer, type, length) => {
      expect([type, length]).toEqual(['char16_t', -1])
      return textOf(at(pointer))
    },
    view: (pointer, bytes) => new Uint8Array(at(pointer).subarray(0, bytes)).buffer,
  }
}

test(`${NAME}an owner is read before its descriptor is given back, by the long form of the path`, () => {
  expect(windowsCalls(windows({})).ownerOf('D:\\data\\run 1\\fid')).toBe(JANE)
  expect(windowsCalls(windows({})).ownerOf('\\\\server\\data\\fid')).toBe(JANE)
  expect(asked).toEqual(['\\\\?\\D:\\data\\run 1\\fid', '\\\\?\\UNC\\server\\data\\fid'])
})

test(`${NAME}an owner that is not told is an error with the number Windows gave`, () => {
  const calls = windowsCalls(windows({ error: ERRORS.accessDenied }))
  expect(() => calls.ownerOf('D:\\x')).toThrow(new WindowsError('GetNamedSecurityInfoW', ERRORS.accessDenied))
})

test(`${NAME}a SID has its name, domain and use; one that is mapped to nobody has none`, () => {
  const names = { [JANE]: ['LAB', 'jdoe', 1] as const }
  expect(windowsCalls(windows({ names })).nameOf(JANE)).toEqual({ domain: 'LAB', name: 'jdoe', use: 1 })
  expect(windowsCalls(windows({ error: ERRORS.noneMapped })).nameOf(JANE)).toBe(undefined)
  // 1788, the trust relationship failed: not the same as "there is nobody".
  expect(() => windowsCalls(windows({ error: 1788 })).nameOf(JANE)).toThrow(WindowsError)
})

test(`${NAME}sessions are read from rows of 56 bytes, and given back as so many`, () => {
  const texts = give(Buffer.concat([utf16('Console'), utf16('jdoe'), utf16('LAB')]), 'the test')
  const row = (state: number, id: number, ...pointers: readonly bigint[]): Buffer => {
    const bytes = Buffer.alloc(56)
    bytes.writeInt32LE(state, 4)
    bytes.writeUInt32LE(id, 8)
    const offsets = [16, 32, 40]
    pointers.forEach((pointer, i) => {
      bytes.writeBigUInt64LE(pointer, offsets[i] ?? 0)
    })
    return bytes
  }
  const rows = Buffer.concat([row(4, 0), row(0, 1, texts, texts + 16n, texts + 26n)])
  expect(windowsCalls(windows({ rows, count: 2 })).sessions()).toEqual([
    { state: 4, sessionId: 0, station: '', user: '', domain: '' },
    { state: 0, sessionId: 1, station: 'Console', user: 'jdoe', domain: 'LAB' },
  ])
  free('the test')(texts)
})

test(`${NAME}that Windows does not list the sessions is an error, and not that nobody is there`, () => {
  expect(() => windowsCalls(windows({ error: ERRORS.accessDenied })).sessions()).toThrow(WindowsError)
})

test(`${NAME}logon time and lock stand in a WTSINFOEXW at 168 and 16`, () => {
  const info = Buffer.alloc(232)
  info.writeUInt32LE(1, 0)
  info.writeInt32LE(0, 16)
  info.writeBigInt64LE(LOGON, 168)
  expect(windowsCalls(windows({ info })).timesOf(3)).toEqual({ logon: LOGON, flags: 0 })
  expect(asked).toEqual([[3, 25]])
})

test.each([2, ERRORS.noSession])(`${NAME}a session that has just ended (%i) has no times`, (error) => {
  expect(windowsCalls(windows({ error })).timesOf(3)).toBe(undefined)
})

test(`${NAME}a token that does not say whose it is, is closed all the same`, () => {
  expect(() => windowsCalls(windows({ error: 6 })).currentSid()).toThrow(WindowsError)
})
