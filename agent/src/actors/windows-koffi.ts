import { createRequire } from 'node:module'
import { win32 } from 'node:path'
import { messageOf } from '../error-message.ts'
import { UnusableInput } from '../unusable-input.ts'
import { type NamedSid, type WindowsCalls, WindowsError } from './windows-calls.ts'
import { parseSessionRows, parseSessionTimes, rowsBytes } from './windows-structs.ts'

type Native = (...args: readonly unknown[]) => unknown

/** What is used of koffi 3, where a pointer is a bigint. */
export interface Koffi {
  load(library: string): { func(prototype: string): Native }
  decode(pointer: bigint, type: string, length: number): unknown
  view(pointer: bigint, bytes: number): ArrayBuffer
}

/** Throws `UnusableInput` without the package koffi: an optional dependency, so an installation may be without it. */
export function loadKoffi(load: (name: string) => unknown = createRequire(import.meta.url)): Koffi {
  try {
    return load('koffi') as Koffi
  } catch (error) {
    throw new UnusableInput(
      `on Windows the relay needs the package koffi to ask who owns a file: npm install koffi@3 (${messageOf(error).split('\n')[0]})`,
    )
  }
}

const NONE_MAPPED = 1332
const INSUFFICIENT_BUFFER = 122
/** ERROR_FILE_NOT_FOUND and ERROR_CTX_WINSTATION_NOT_FOUND: there is no such session. */
const NO_SESSION: readonly number[] = [2, 7022]
const NAME_UNITS_MAX = 1_024
const SID_BYTES_MAX = 68
const SESSIONS_MAX = 10_000

/**
 * The calls themselves. The libraries of Windows are not there where the tests run: these try what is asked of them,
 * what is given back to them, and the reading of what they give.
 */
export function windowsCalls(koffi: Koffi): WindowsCalls {
  const advapi32 = koffi.load('advapi32.dll')
  const kernel32 = koffi.load('kernel32.dll')
  const wtsapi32 = koffi.load('wtsapi32.dll')
  const secur32 = koffi.load('secur32.dll')
  const netapi32 = koffi.load('netapi32.dll')
  const getLastError = kernel32.func('uint32_t __stdcall GetLastError()')
  const localFree = kernel32.func('void *__stdcall LocalFree(void *memory)')
  const closeHandle = kernel32.func('int __stdcall CloseHandle(void *handle)')
  const getCurrentProcess = kernel32.func('void *__stdcall GetCurrentProcess()')
  const getComputerName = kernel32.func('int __stdcall GetComputerNameW(void *name, _Inout_ uint32_t *units)')
  const getNamedSecurityInfo = advapi32.func(
    'uint32_t __stdcall GetNamedSecurityInfoW(const char16_t *name, int type, uint32_t parts, _Out_ void **owner, void *group, void *dacl, void *sacl, _Out_ void **descriptor)',
  )
  const convertSidToStringSid = advapi32.func(
    'int __stdcall ConvertSidToStringSidW(void *sid, _Out_ void **text)',
  )
  const convertStringSidToSid = advapi32.func(
    'int __stdcall ConvertStringSidToSidW(const char16_t *text, _Out_ void **sid)',
  )
  const lookupAccountSid = advapi32.func(
    'int __stdcall LookupAccountSidW(void *system, void *sid, void *name, _Inout_ uint32_t *nameUnits, void *domain, _Inout_ uint32_t *domainUnits, _Out_ int *use)',
  )
  const lookupAccountName = advapi32.func(
    'int __stdcall LookupAccountNameW(void *system, const char16_t *name, void *sid, _Inout_ uint32_t *sidBytes, void *domain, _Inout_ uint32_t *domainUnits, _Out_ int *use)',
  )
  const openProcessToken = advapi32.func(
    'int __stdcall OpenProcessToken(void *process, uint32_t access, _Out_ void **token)',
  )
  const getTokenInformation = advapi32.func(
    'int __stdcall GetTokenInformation(void *token, int kind, void *information, uint32_t bytes, _Out_ uint32_t *needed)',
  )
  const getUserNameEx = secur32.func(
    'uint8_t __stdcall GetUserNameExW(int format, void *name, _Inout_ uint32_t *units)',
  )
  const netUserGetInfo = netapi32.func(
    'uint32_t __stdcall NetUserGetInfo(void *server, const char16_t *user, uint32_t level, _Out_ void **information)',
  )
  const netApiBufferFree = netapi32.func('uint32_t __stdcall NetApiBufferFree(void *memory)')
  const wtsEnumerateSessions = wtsapi32.func(
    'int __stdcall WTSEnumerateSessionsExW(void *server, _Inout_ uint32_t *level, uint32_t filter, _Out_ void **rows, _Out_ uint32_t *count)',
  )
  const wtsQuerySessionInformation = wtsapi32.func(
    'int __stdcall WTSQuerySessionInformationW(void *server, uint32_t session, int kind, _Out_ void **information, _Out_ uint32_t *bytes)',
  )
  const wtsFreeMemory = wtsapi32.func('void __stdcall WTSFreeMemory(void *memory)')
  const wtsFreeMemoryEx = wtsapi32.func(
    'int __stdcall WTSFreeMemoryExW(int kind, void *memory, uint32_t count)',
  )

  const textAt = (pointer: bigint): string => String(koffi.decode(pointer, 'char16_t', -1))
  const copyAt = (pointer: bigint, bytes: number): Buffer =>
    Buffer.from(new Uint8Array(koffi.view(pointer, bytes)))
  const lastError = (call: string): WindowsError => new WindowsError(call, Number(getLastError()))
  const sidText = (sid: unknown): string => {
    const text: Out = [null]
    if (convertSidToStringSid(sid, text) === 0) throw lastError('ConvertSidToStringSidW')
    try {
      return textAt(pointerOf(text))
    } finally {
      localFree(pointerOf(text))
    }
  }
  /** LookupAccountSidW of a SID in memory. */
  const nameOfSid = (sid: bigint): NamedSid | undefined => {
    const name = Buffer.alloc(NAME_UNITS_MAX * 2)
    const domain = Buffer.alloc(NAME_UNITS_MAX * 2)
    const nameUnits = [NAME_UNITS_MAX]
    const domainUnits = [NAME_UNITS_MAX]
    const use = [0]
    if (lookupAccountSid(null, sid, name, nameUnits, domain, domainUnits, use) === 0) {
      const error = lastError('LookupAccountSidW')
      if (error.code === NONE_MAPPED) return undefined
      throw error
    }
    return { name: textIn(name), domain: textIn(domain), use: Number(use[0]) }
  }

  return {
    ownerOf(path) {
      const owner: Out = [null]
      const descriptor: Out = [null]
      // SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION.
      const code = Number(
        getNamedSecurityInfo(win32.toNamespacedPath(path), 1, 1, owner, null, null, null, descriptor),
      )
      if (code !== 0) throw new WindowsError('GetNamedSecurityInfoW', code)
      try {
        // The owner lies in the descriptor, so it is read before that is freed.
        return sidText(pointerOf(owner))
      } finally {
        localFree(pointerOf(descriptor))
      }
    },
    nameOf(text) {
      const sid: Out = [null]
      if (convertStringSidToSid(text, sid) === 0) throw lastError('ConvertStringSidToSidW')
      try {
        return nameOfSid(pointerOf(sid))
      } finally {
        localFree(pointerOf(sid))
      }
    },
    sidOf(name) {
      const sid = Buffer.alloc(SID_BYTES_MAX)
      const domain = Buffer.alloc(NAME_UNITS_MAX * 2)
      if (lookupAccountName(null, name, sid, [SID_BYTES_MAX], domain, [NAME_UNITS_MAX], [0]) === 0) {
        const error = lastError('LookupAccountNameW')
        if (error.code === NONE_MAPPED) return undefined
        throw error
      }
      return sidText(sid)
    },
    sessions() {
      const level = [1]
      const rows: Out = [null]
      const count = [0]
      if (wtsEnumerateSessions(null, level, 0, rows, count) === 0) throw lastError('WTSEnumerateSessionsExW')
      const number = Number(count[0])
      try {
        if (number > SESSIONS_MAX) throw new WindowsError('WTSEnumerateSessionsExW', INSUFFICIENT_BUFFER)
        if (number === 0) return []
        return parseSessionRows(copyAt(pointerOf(rows), rowsBytes(number)), number, textAt)
      } finally {
        // WTSTypeSessionInfoLevel1.
        if (rows[0] !== null) wtsFreeMemoryEx(2, rows[0], number)
      }
    },
    timesOf(session) {
      const information: Out = [null]
      const bytes = [0]
      // WTSSessionInfoEx.
      if (wtsQuerySessionInformation(null, session, 25, information, bytes) === 0) {
        const error = lastError('WTSQuerySessionInformationW')
        if (NO_SESSION.includes(error.code)) return undefined
        throw error
      }
      try {
        return parseSessionTimes(copyAt(pointerOf(information), Number(bytes[0])))
      } finally {
        wtsFreeMemory(pointerOf(information))
      }
    },
    currentSid() {
      const token: Out = [null]
      // TOKEN_QUERY.
      if (openProcessToken(getCurrentProcess(), 8, token) === 0) throw lastError('OpenProcessToken')
      try {
        // TOKEN_USER: a pointer to a SID that follows it in the same memory.
        const user = Buffer.alloc(16 + SID_BYTES_MAX)
        if (getTokenInformation(token[0], 1, user, user.length, [0]) === 0)
          throw lastError('GetTokenInformation')
        return sidText(user.readBigUInt64LE(0))
      } finally {
        closeHandle(token[0])
      }
    },
    currentFullName() {
      const read = (format: number): string => {
        const name = Buffer.alloc(NAME_UNITS_MAX * 2)
        return getUserNameEx(format, name, [NAME_UNITS_MAX]) === 0 ? '' : textIn(name)
      }
      // NameDisplay is for accounts of a domain; for the machine's own, by the part after NameSamCompatible's domain.
      const display = read(3)
      if (display !== '') return display
      const information: Out = [null]
      // USER_INFO_10, whose fourth pointer is the full name.
      if (Number(netUserGetInfo(null, read(2).replace(/^.*\\/, ''), 10, information)) !== 0) return ''
      try {
        const pointer = copyAt(pointerOf(information), 32).readBigUInt64LE(24)
        return pointer === 0n ? '' : textAt(pointer)
      } finally {
        netApiBufferFree(pointerOf(information))
      }
    },
    machine() {
      const name = Buffer.alloc(NAME_UNITS_MAX * 2)
      if (getComputerName(name, [NAME_UNITS_MAX]) === 0) throw lastError('GetComputerNameW')
      return textIn(name)
    },
  }
}

/** Where a call puts a pointer. */
type Out = [bigint | null]

function pointerOf([pointer]: Out): bigint {
  if (pointer === null) throw new Error('a Windows call that did not fail gave no pointer')
  return pointer
}

/** UTF-16 text up to its zero. */
function textIn(bytes: Buffer): string {
  const text = bytes.toString('utf16le')
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}
