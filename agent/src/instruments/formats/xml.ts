/**
 * Finds values in XML without being a parser: it never fails, follows no entity but the five and numbers, and stops
 * after a bound. What is not well-formed gives what can be made out of it.
 *
 * A key is a path of local names from anywhere: `Sample/Name`. `a@b` is an attribute, `a?b=c` an element whose
 * attribute has that value: `cvParam?accession=MS:1000529@value`.
 */

const ELEMENTS_MAX = 200_000
const DEPTH_MAX = 100
const TAG_LENGTH_MAX = 8_192

interface Element {
  readonly name: string
  readonly attributes: string
}

/** The first value of that key that is not blank. `alone`: none, if there are others. */
export function valueInXml(xml: string, key: string, alone = false): string | undefined {
  const steps = key.split('/').map(stepOf)
  let first: string | undefined
  for (const { stack, text } of elements(xml)) {
    if (!isAt(stack, steps)) continue
    const attribute = steps.at(-1)?.attribute
    const value = attribute === undefined ? text() : attributeOf(stack.at(-1)?.attributes ?? '', attribute)
    if (value === undefined || value.trim() === '' || value === first) continue
    if (!alone) return value
    if (first !== undefined) return undefined
    first = value
  }
  return first
}

/** Of records with `<Name>…</Name>` and `<Value>…</Value>` the value of the one with that name, as MassHunter writes them. */
export function valueOfXmlField(xml: string, name: string): string | undefined {
  let current = ''
  for (const { stack, text } of elements(xml)) {
    const { name: element = '' } = stack.at(-1) ?? {}
    if (element === 'name') current = text().trim()
    else if (element === 'value' && current.toLowerCase() === name.toLowerCase()) {
      const value = text()
      if (value.trim() !== '') return value
    }
  }
  return undefined
}

interface Step {
  readonly name: string
  readonly condition: readonly [string, string] | undefined
  readonly attribute: string | undefined
}

function stepOf(text: string): Step {
  const at = text.indexOf('@')
  const path = at < 0 ? text : text.slice(0, at)
  const [name = '', condition] = path.split('?')
  const [attribute = '', value = ''] = condition?.split('=') ?? []
  return {
    name: name.toLowerCase(),
    condition: condition === undefined ? undefined : [attribute, value],
    attribute: at < 0 ? undefined : text.slice(at + 1),
  }
}

function isAt(stack: readonly Element[], steps: readonly Step[]): boolean {
  if (stack.length < steps.length) return false
  return steps.every(({ name, condition }, i) => {
    const element = stack[stack.length - steps.length + i]
    if (element?.name !== name) return false
    return condition === undefined || attributeOf(element.attributes, condition[0]) === condition[1]
  })
}

/** Each start tag with the elements around it, innermost last, and the text right behind it. */
function* elements(
  xml: string,
): Generator<{ readonly stack: readonly Element[]; readonly text: () => string }> {
  const stack: Element[] = []
  let at = xml.indexOf('<')
  for (let count = 0; at >= 0 && count < ELEMENTS_MAX; count++) {
    if (xml.startsWith('<!--', at)) at = skip(xml, at, '-->')
    else if (xml.startsWith('<![CDATA[', at)) at = skip(xml, at, ']]>')
    else if (xml[at + 1] === '?' || xml[at + 1] === '!') at = skip(xml, at, '>')
    else {
      const end = tagEnd(xml, at)
      if (end === undefined) at = xml.indexOf('<', at + 1)
      else {
        const tag = xml.slice(at + 1, end)
        if (tag.startsWith('/')) close(stack, localName(tag.slice(1)))
        else {
          stack.push({ name: localName(tag), attributes: tag })
          yield { stack, text: () => textAt(xml, end + 1) }
          if (tag.endsWith('/') || stack.length > DEPTH_MAX) stack.pop()
        }
        at = xml.indexOf('<', end)
      }
    }
  }
}

function skip(xml: string, at: number, to: string): number {
  const end = xml.indexOf(to, at)
  return end < 0 ? -1 : xml.indexOf('<', end)
}

/** The place of the `>`, which in quotes is none. Undefined if there is another `<` first, or nothing for too long. */
function tagEnd(xml: string, at: number): number | undefined {
  let quote = ''
  for (let i = at + 1; i < xml.length && i < at + TAG_LENGTH_MAX; i++) {
    const char = xml[i] ?? ''
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '>') return i
    else if (char === '<') return undefined
    else if (char === '"' || char === "'") quote = char
  }
  return undefined
}

function localName(tag: string): string {
  const end = tag.search(/[\s/>]/)
  const name = end < 0 ? tag : tag.slice(0, end)
  return name.slice(name.indexOf(':') + 1).toLowerCase()
}

function close(stack: Element[], name: string): void {
  const at = stack.findLastIndex((element) => element.name === name)
  if (at >= 0) stack.length = at
}

function textAt(xml: string, at: number): string {
  if (xml.startsWith('<![CDATA[', at))
    return xml.slice(at + 9, at + 9 + Math.max(0, xml.indexOf(']]>', at) - at - 9))
  const end = xml.indexOf('<', at)
  return decodeEntities(xml.slice(at, end < 0 ? undefined : end))
}

function attributeOf(tag: string, name: string): string | undefined {
  for (let at = tag.indexOf(`${name}=`); at >= 0; at = tag.indexOf(`${name}=`, at + 1)) {
    const before = tag[at - 1] ?? ''
    const quote = tag[at + name.length + 1] ?? ''
    if (!/\s/.test(before) || (quote !== '"' && quote !== "'")) continue
    const start = at + name.length + 2
    const end = tag.indexOf(quote, start)
    return end < 0 ? undefined : decodeEntities(tag.slice(start, end))
  }
  return undefined
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decodeEntities(text: string): string {
  return text.slice(0, 10_000).replace(/&(#x?[0-9a-fA-F]{1,6}|[a-z]{2,4});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
