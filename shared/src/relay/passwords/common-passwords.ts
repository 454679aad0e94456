import { knownPhrases } from './known-phrases.ts'

/**
 * Whether a text, in small letters, is one of the 49,000 passwords that are tried first, or a phrase that everybody
 * knows. The list comes with `@zxcvbn-ts/language-common` (MIT) and is read at first use: most relays never set a
 * password on most days.
 */
export type IsCommon = (text: string) => boolean

/** What is typed between the words of a phrase. */
const BETWEEN_WORDS = ['', ' ', '-', '_', '.']

let loading: Promise<IsCommon> | undefined

export function commonPasswords(): Promise<IsCommon> {
  loading ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => {
    const list = new Set(dictionary['passwords-common'].map((one) => String(one).toLowerCase()))
    if (list.size < 40_000 || !list.has('password'))
      throw new Error('the list of common passwords is not what it was')
    for (const phrase of knownPhrases)
      for (const between of BETWEEN_WORDS) list.add(phrase.replaceAll(' ', between))
    return (text) => list.has(text)
  })
  return loading
}
