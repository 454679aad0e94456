/** What of a password makes a key: kept beside it, so that a later version derives the same. */
export interface Derivation {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** Of one person on this device: the key that signs, closed by their password, and where its count stands. */
export interface Enrolment {
  readonly user: string
  /** Full name, as the relay had it. */
  readonly name: string
  readonly device: string
  /** The key's line, `NAME+ID+BASE64`. */
  readonly key: string
  /** The trail it was enrolled in: as it stands in paths, its origin, and the key of its relay. */
  readonly trailId: string
  readonly trail: string
  readonly relayKey: string
  /** Null once it was erased. */
  readonly wrapped: Uint8Array<ArrayBuffer> | null
  readonly iv: Uint8Array<ArrayBuffer>
  readonly salt: Uint8Array<ArrayBuffer>
  readonly derivation: Derivation
  /** HMAC-SHA-256; nothing reads its bytes. */
  readonly deviceKey: CryptoKey
  /** The note, as the relay signed it. */
  readonly lease: string
  /** Another lease was asked for, and no answer came: which one holds is not known. */
  readonly isLeaseUnsure: boolean
  /** The relay says that the password is another now: this key is opened by the one before. */
  readonly isPasswordOld: boolean
  /** The n-th signature of this key was its last, and the SHA-256 of its note in hexadecimal; empty before the first. */
  readonly count: number
  readonly previous: string
  /** Wrong passwords in a row, and how many of them since the last signature are told with the next. */
  readonly attempts: number
  /** Milliseconds; 0: no wait. */
  readonly lockedUntil: number
  readonly enrolledAt: number
}
