import { deflateRawSync } from 'node:zlib'
import { bytesOf, type Files, joined, longs } from './unit.ts'

/** Archives and binary files made for tests, as small as they can be. */

class Numbers {
  readonly #parts: Uint8Array[] = []

  little(bytes: 2 | 4 | 8, ...numbers: readonly number[]): this {
    return this.#push(bytes, true, numbers)
  }

  big(bytes: 2 | 4 | 8, ...numbers: readonly number[]): this {
    return this.#push(bytes, false, numbers)
  }

  raw(...parts: readonly Uint8Array[]): this {
    this.#parts.push(...parts)
    return this
  }

  get bytes(): Uint8Array {
    return joined(...this.#parts)
  }

  #push(bytes: 2 | 4 | 8, isLittle: boolean, numbers: readonly number[]): this {
    for (const number of numbers) {
      const view = new DataView(new ArrayBuffer(bytes))
      if (bytes === 2) view.setUint16(0, number, isLittle)
      else if (bytes === 4) view.setUint32(0, number, isLittle)
      else view.setBigUint64(0, BigInt(number), isLittle)
      this.#parts.push(new Uint8Array(view.buffer))
    }
    return this
  }
}

/** A zip archive; `wide` writes its directory in the zip64 form. */
export function zip(files: Files, wide = false): Uint8Array {
  const locals: Uint8Array[] = []
  const directory = new Numbers()
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const plain = bytesOf(content)
    const stored = new Uint8Array(deflateRawSync(plain))
    const nameBytes = bytesOf(name)
    const extra = wide
      ? new Numbers().little(2, 1, 24).little(8, plain.length, stored.length, offset).bytes
      : new Uint8Array(0)
    const head = new Numbers()
      .little(4, 0x04034b50)
      .little(2, 20, 0, 8, 0, 0)
      .little(4, 0, stored.length, plain.length)
    const local = head.little(2, nameBytes.length, 0).raw(nameBytes, stored).bytes
    const narrow = (number: number): number => (wide ? 0xffffffff : number)
    directory
      .little(4, 0x02014b50)
      .little(2, 20, 20, 0, 8, 0, 0)
      .little(4, 0, narrow(stored.length), narrow(plain.length))
      .little(2, nameBytes.length, extra.length, 0, 0, 0)
      .little(4, 0, narrow(offset))
      .raw(nameBytes, extra)
    locals.push(local)
    offset += local.length
  }
  const central = directory.bytes
  const count = Object.keys(files).length
  const end = new Numbers()
  if (wide) {
    end
      .little(4, 0x06064b50)
      .little(8, 44)
      .little(2, 45, 45)
      .little(4, 0, 0)
      .little(8, count, count, central.length, offset)
    end
      .little(4, 0x07064b50, 0)
      .little(8, offset + central.length)
      .little(4, 1)
  }
  const [bytes, start] = wide ? [0xffffffff, 0xffffffff] : [central.length, offset]
  end.little(4, 0x06054b50).little(2, 0, 0, count, count).little(4, bytes, start).little(2, 0)
  return joined(...locals, central, end.bytes)
}

/** A compound file of 512-byte sectors: FAT, directory, then each stream, padded to be no short one. */
export function ole2(streams: Files): Uint8Array {
  const sector = (bytes: Uint8Array): Uint8Array =>
    joined(bytes, new Uint8Array((512 - (bytes.length % 512)) % 512))
  const contents = Object.entries(streams).map(([name, content]) => {
    const bytes = bytesOf(content)
    return { name, bytes: bytes.length < 4_096 ? joined(bytes, new Uint8Array(4_096 - bytes.length)) : bytes }
  })
  const fat = new Uint32Array(128).fill(0xffffffff)
  const directorySectors = Math.ceil((contents.length + 1) / 4)
  fat[0] = 0xfffffffd
  let next = 1
  const chain = (count: number): number => {
    const start = next
    for (let i = 0; i < count; i++) fat[next + i] = i === count - 1 ? 0xfffffffe : next + i + 1
    next += count
    return start
  }
  const directoryStart = chain(directorySectors)
  const entry = (name: string, kind: number, start: number, size: number): Uint8Array => {
    const bytes = new Uint8Array(128)
    const view = new DataView(bytes.buffer)
    bytes.set(Buffer.from(name, 'utf16le'))
    view.setUint16(64, 2 * name.length + 2, true)
    bytes[66] = kind
    view.setUint32(116, start, true)
    view.setUint32(120, size, true)
    return bytes
  }
  const entries = [entry('Root Entry', 5, 0xfffffffe, 0)]
  for (const { name, bytes } of contents)
    entries.push(entry(name, 2, chain(Math.ceil(bytes.length / 512)), bytes.length))
  const header = new Numbers()
    .big(4, 0xd0cf11e0, 0xa1b11ae1)
    .raw(new Uint8Array(16))
    .little(2, 0x3e, 3, 0xfffe, 9, 6)
    .raw(new Uint8Array(6))
    .little(4, 0, 1, directoryStart, 0, 4_096, 0xfffffffe, 0, 0xfffffffe, 0, 0)
  for (let i = 1; i < 109; i++) header.little(4, 0xffffffff)
  return joined(
    header.bytes,
    new Uint8Array(fat.buffer),
    sector(joined(...entries)),
    ...contents.map(({ bytes }) => sector(bytes)),
  )
}

/** A netCDF file of that version with text attributes, a fixed variable of 100 floats and two of records. */
export function netcdf(
  version: 1 | 2 | 5,
  attributes: Readonly<Record<string, string>>,
  records: number,
): Uint8Array {
  const count = version === 5 ? 8 : 4
  const wide = version === 1 ? 4 : 8
  const padded = (bytes: Uint8Array): Uint8Array =>
    joined(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))
  const name = (text: string): Uint8Array =>
    new Numbers().big(count, text.length).raw(padded(bytesOf(text))).bytes
  const build = (begin: number): Uint8Array => {
    const out = new Numbers().big(4, 0x43444600 + version).big(count, records)
    out.big(4, 10).big(count, 2).raw(name('records')).big(count, 0).raw(name('points')).big(count, 100)
    out.big(4, 12).big(count, Object.keys(attributes).length)
    for (const [key, value] of Object.entries(attributes))
      out
        .raw(name(key))
        .big(4, 2)
        .big(count, value.length)
        .raw(padded(bytesOf(value)))
    const variable = (
      title: string,
      dimensions: readonly number[],
      type: number,
      size: number,
      at: number,
    ): void => {
      out
        .raw(name(title))
        .big(count, dimensions.length, ...dimensions)
        .big(4, 0)
        .big(count, 0)
      out.big(4, type).big(count, size).big(wide, at)
    }
    out.big(4, 11).big(count, 3)
    variable('ordinate_values', [1], 5, 400, begin)
    variable('peak_time', [0], 5, 4, begin + 400)
    variable('peak_flag', [0], 3, 4, begin + 404)
    return out.bytes
  }
  const header = build(build(0).length)
  return joined(header, new Uint8Array(400 + 8 * records))
}

/** A Thermo file of version 57, or in the wide form of 66. */
export function thermo(version: 57 | 66, options: { readonly inAcquisition?: boolean } = {}): Uint8Array {
  const text16 = (text: string, length: number): Uint8Array => {
    const bytes = new Uint8Array(2 * length)
    bytes.set(Buffer.from(text, 'utf16le'))
    return bytes
  }
  const counted = (text: string): Uint8Array =>
    joined(new Numbers().little(4, text.length).bytes, Buffer.from(text, 'utf16le'))
  // 2024-05-06 07:08:09 by the clock on the wall, two hours ahead of universal time.
  const filetime = (Date.UTC(2024, 4, 6, 7, 8, 9) + 11_644_473_600_000) * 10_000
  const head = new Numbers()
    .big(2, 0x01a1)
    .raw(text16('Finnigan', 9))
    .raw(new Uint8Array(16))
    .little(4, version)
  head.little(8, filetime).raw(text16('erin', 25), text16('erin', 25))
  const header = joined(head.bytes, new Uint8Array(0x54c - head.bytes.length))
  const row = ['', '', 'sample 9', '', '', '', '', '', '', 'C:\\methods\\orbi.meth', '', 'x.raw', 'C:\\data']
  const texts = version === 57 ? [...row, '1', '', ''] : [...row, '1', '', '']
  const sequence = joined(new Uint8Array(64), ...texts.map(counted), new Uint8Array(4))
  const more = version === 66 ? joined(...Array.from({ length: 15 }, () => counted('x'))) : new Uint8Array(0)
  const autosampler = joined(new Uint8Array(24), counted(''))
  const infoBytes = version === 57 ? 36 + 64 * 12 : 36 + 64 * 12 + 8 + 64 * 16
  const runHeaderAt = header.length + sequence.length + more.length + autosampler.length + infoBytes
  const info = new Numbers().little(4, 1).little(2, 2024, 5, 1, 6, 5, 8, 9, 0)
  info.little(4, options.inAcquisition === true ? 1 : 0, runHeaderAt, 1, 1)
  if (version === 57) info.little(4, 0, 0, runHeaderAt)
  else
    info
      .raw(new Uint8Array(64 * 12))
      .little(8, runHeaderAt)
      .little(4, 0, 0)
      .little(8, runHeaderAt)
  const infoPadded = joined(info.bytes, new Uint8Array(infoBytes - info.bytes.length))
  const device = joined(new Uint8Array(64), ...['Orbitrap', 'Orbitrap', 'SN123', '2.0'].map(counted))
  return joined(header, sequence, more, autosampler, infoPadded, new Uint8Array(592 + 13 * 520), device)
}

/** A database of one table with two columns of text, its rows in two leaves below a page that names them. */
export function sqlite(table: string, rows: Readonly<Record<string, string>>): Uint8Array {
  const pageBytes = 1_024
  const varint = (n: number): number[] => (n < 128 ? [n] : [128 | (n >> 7), n & 127])
  const cell = (id: number, values: readonly (string | number)[]): Uint8Array => {
    const texts = values.map((value) =>
      typeof value === 'number' ? new Uint8Array([value]) : bytesOf(value),
    )
    const types = values.flatMap((value, i) =>
      typeof value === 'number' ? [1] : varint(13 + 2 * (texts[i]?.length ?? 0)),
    )
    const payload = joined(new Uint8Array([types.length + 1, ...types]), ...texts)
    return joined(new Uint8Array([...varint(payload.length), id]), payload)
  }
  const page = (kind: 5 | 13, cells: readonly Uint8Array[], last = 0, start = 0): Uint8Array => {
    const bytes = new Uint8Array(pageBytes)
    const view = new DataView(bytes.buffer)
    view.setUint8(start, kind)
    view.setUint16(start + 3, cells.length)
    if (kind === 5) view.setUint32(start + 8, last)
    let at = pageBytes
    for (const [i, one] of cells.entries()) {
      at -= one.length
      bytes.set(one, at)
      view.setUint16(start + (kind === 5 ? 12 : 8) + 2 * i, at)
    }
    return bytes
  }
  const cells = Object.entries(rows).map((row, i) => cell(i + 1, row))
  const half = Math.ceil(cells.length / 2)
  const first = page(13, [cell(1, ['table', table, table, 2, `CREATE TABLE ${table}(k, v)`])], 0, 100)
  first.set(bytesOf('SQLite format 3\0'))
  const view = new DataView(first.buffer)
  view.setUint16(16, pageBytes)
  view.setUint32(28, 4)
  const fork = page(5, [new Uint8Array([0, 0, 0, 3, half])], 4)
  return joined(first, fork, page(13, cells.slice(0, half)), page(13, cells.slice(half)))
}

/** An OPUS file with one block of parameters and one of data. */
export function opus(parameters: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(parameters).map(([name, text]) => {
    const words = Math.ceil((text.length + 1) / 2)
    const value = joined(Buffer.from(text, 'latin1'), new Uint8Array(2 * words - text.length))
    return joined(bytesOf(`${name}\0`), new Numbers().little(2, 2, words).bytes, value)
  })
  const body = joined(...entries, bytesOf('END\0'), new Uint8Array(4))
  const block = joined(body, new Uint8Array((4 - (body.length % 4)) % 4))
  return new Numbers()
    .big(4, 0x0a0afefe)
    .little(4, 0, 0, 24, 40, 2)
    .little(4, 0x20, block.length / 4, 48, 0x100f, 10, 48 + block.length)
    .raw(block, new Uint8Array(40).fill(1)).bytes
}

/** A file of WiRE with blocks of that many bytes. */
export function wdf(...blocks: readonly number[]): Uint8Array {
  const names = ['WDF1', 'DATA', 'TEXT']
  return joined(
    ...blocks.map((bytes, i) =>
      joined(
        bytesOf(names[i] ?? 'XTRA'),
        new Numbers().little(4, i === 0 ? 1 : i).little(8, bytes).bytes,
        new Uint8Array(bytes - 16),
      ),
    ),
  )
}

/** An ABIF file with one entry of data of that many bytes, and one that has its data in itself. */
export function abif(dataBytes: number): Uint8Array {
  const entry = (name: string, entries: number, size: number, at: number): Uint8Array =>
    joined(bytesOf(name), longs([1, 0, entries, size, at, 0]))
  const directoryAt = 128 + dataBytes
  const header = joined(bytesOf('ABIF'), new Uint8Array([0, 101]), entry('tdir', 2, 56, directoryAt))
  return joined(
    header,
    new Uint8Array(128 - header.length + dataBytes),
    entry('DATA', dataBytes, dataBytes, 128),
    entry('LANE', 1, 2, 0x7fff_0000),
  )
}
