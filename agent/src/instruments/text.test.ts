import { expect, test } from 'vitest'
import { valueInXml } from './formats/xml.ts'
import { bytesOf, utf16 } from './made/unit.ts'
import { cleanValue, decodeText } from './text.ts'
import { normaliseTime, timeOfEpoch, timeOfFiletime } from './time.ts'

test('text is read in the code that it is written in', () => {
  const word = 'Größe µl'
  expect(decodeText(bytesOf(word))).toBe(word)
  expect(decodeText(bytesOf(`\ufeff${word}`))).toBe(word)
  expect(decodeText(utf16(word))).toBe(word)
  expect(decodeText(utf16(word).slice(2))).toBe(word)
  expect(decodeText(new Uint8Array(Buffer.from(utf16(word)).swap16()))).toBe(word)
  expect(decodeText(new Uint8Array(Buffer.from(word, 'latin1')))).toBe(word)
  expect(['µ', '‰', '😀'].map((char) => decodeText(bytesOf(`10 ${char}`)))).toEqual(['10 µ', '10 ‰', '10 😀'])
  // A bounded read that ends inside a character.
  expect(decodeText(bytesOf('10 😀').slice(0, -1))).toBe('10 ')
  expect(decodeText(bytesOf(word).slice(0, 3))).toBe('Gr')
})

test('a value is one short line that no screen would obey', () => {
  expect(cleanValue('  a\r\n\tb \u0000\u001b[31mc\u202ed\u2028e ')).toBe('a b [31mc d e')
  expect(cleanValue('x'.repeat(1_000))).toHaveLength(200)
  expect([...cleanValue('😀'.repeat(1_000))]).toHaveLength(200)
  expect(cleanValue(`${' '.repeat(100_000)}late`)).toBe('')
  expect(cleanValue('\ud800')).toBe('\ufffd')
})

test('only a time with a zone becomes ISO 8601', () => {
  expect(normaliseTime('2017-10-19 11:49:03.456 +0200')).toBe('2017-10-19T11:49:03.456+02:00')
  expect(normaliseTime('2025-04-08T10:53:49.241+0000')).toBe('2025-04-08T10:53:49.241+00:00')
  expect(normaliseTime('19880820081944-0800')).toBe('1988-08-20T08:19:44-08:00')
  expect(normaliseTime('2013-11-25T03:37:13Z')).toBe('2013-11-25T03:37:13Z')
  for (const found of ['2024-05-06 07:08:09', '06-May-2024', '2024-13-06T07:08:09Z', 'x'])
    expect(normaliseTime(found)).toBe(found)
  expect(timeOfEpoch(1_508_406_600)).toBe('2017-10-19T09:50:00Z')
  expect([timeOfEpoch(0), timeOfEpoch(-1), timeOfEpoch(1e300), timeOfEpoch(Number.NaN)]).toEqual(
    Array.from({ length: 4 }, () => undefined),
  )
  expect(timeOfFiletime(0n)).toBeUndefined()
  expect(timeOfFiletime(2n ** 64n - 1n)).toBeUndefined()
})

test('a value is found in XML by path, attribute and condition, not in comments', () => {
  const xml = `<?xml version="1.0"?><!-- <b>no</b> --><x:a q="1>2"><b/><b> </b><c k='v'><b>yes &lt;&#65;&bogus;</b></c><d><![CDATA[<raw>]]></d></x:a>`
  expect(valueInXml(xml, 'b')).toBe('yes <A&bogus;')
  expect(valueInXml(xml, 'a/b')).toBeUndefined()
  expect(valueInXml(xml, 'c?k=v/b')).toBe('yes <A&bogus;')
  expect(valueInXml(xml, 'c?k=w/b')).toBeUndefined()
  expect(valueInXml(xml, 'A@q')).toBe('1>2')
  expect(valueInXml(xml, 'd')).toBe('<raw>')
  expect(valueInXml('<a><b>cut', 'a/b')).toBe('cut')
})
