/*
 * SHA-256 (FIPS 180-4, section 6.2) over one state, for engines that have no synchronous one of their own. A device that
 * takes in a trail hashes millions of short lines: a library that makes an object for each spends half its time on these.
 * A property test holds it to node:crypto, at any length.
 */

const BLOCK_BYTES = 64
/** Where the length of a message begins in its last block, in bits and big-endian. */
const LENGTH_AT = 56

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2). */
const constants = Int32Array.from(
  [
    '428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5',
    'd807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174',
    'e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da',
    '983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967',
    '27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85',
    'a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070',
    '19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3',
    '748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2',
  ]
    .join(' ')
    .split(' '),
  (word) => Number.parseInt(word, 16),
)
/** Of the square roots of the first eight (section 5.3.3). */
const beginning = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
)

// Each call begins and ends them: nothing is between two calls.
const state = new Int32Array(8)
const schedule = new Int32Array(64)
const lastBlocks = new Uint8Array(2 * BLOCK_BYTES)
const lastBlocksView = new DataView(lastBlocks.buffer)

/** Writes the 32 bytes of SHA-256(message) to `out` from `at` on. */
export function sha256Into(out: Uint8Array, at: number, message: Uint8Array): void {
  state.set(beginning)
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const whole = message.length - (message.length % BLOCK_BYTES)
  for (let i = 0; i < whole; i += BLOCK_BYTES) compress(view, i)

  const rest = message.length - whole
  lastBlocks.fill(0)
  lastBlocks.set(message.subarray(whole))
  lastBlocks[rest] = 0x80
  const lengthAt = rest < LENGTH_AT ? LENGTH_AT : BLOCK_BYTES + LENGTH_AT
  // Whatever fits in memory has less than 2^56 bits.
  lastBlocksView.setUint32(lengthAt, Math.floor(message.length / 2 ** 29))
  lastBlocksView.setUint32(lengthAt + 4, message.length * 8)
  for (let i = 0; i < lengthAt; i += BLOCK_BYTES) compress(lastBlocksView, i)

  for (let i = 0; i < 8; i++) {
    const word = state[i] as number
    out[at + 4 * i] = word >>> 24
    out[at + 4 * i + 1] = word >>> 16
    out[at + 4 * i + 2] = word >>> 8
    out[at + 4 * i + 3] = word
  }
}

/** One block of 64 bytes from `at` on. Letters as in section 6.2.2; rotations are written out, for engines know these. */
function compress(view: DataView, at: number): void {
  const w = schedule
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i)
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15] as number
    const y = w[i - 2] as number
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0
  }
  let a = state[0] as number
  let b = state[1] as number
  let c = state[2] as number
  let d = state[3] as number
  let e = state[4] as number
  let f = state[5] as number
  let g = state[6] as number
  let h = state[7] as number
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + (constants[i] as number) + (w[i] as number)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (c & (a ^ b)))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = (state[0] as number) + a
  state[1] = (state[1] as number) + b
  state[2] = (state[2] as number) + c
  state[3] = (state[3] as number) + d
  state[4] = (state[4] as number) + e
  state[5] = (state[5] as number) + f
  state[6] = (state[6] as number) + g
  state[7] = (state[7] as number) + h
}
