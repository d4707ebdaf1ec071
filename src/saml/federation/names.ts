import type { DisplayName, EntityDescription } from './entities.ts'

/** What a search compares. Built while the document is read, so searches are fast. */
export interface SearchWords {
  /** The sort key of its name. */
  readonly order: string
  /** Folded names and the entityID's host, each on its own line. */
  readonly words: string
}

const ASCII = /^[\t\n\r -~]*$/
const MARKS = /\p{Mark}/gu
const SEPARATORS = /[^\p{Letter}\p{Number}.]+/gu
/** Characters without a decomposition, as users type them. */
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', ı: 'i' }

/** Without case, accents and punctuation. */
export function fold(text: string): string {
  const plain = ASCII.test(text) ? text.toLowerCase() : foldLetters(text)
  return plain.replace(SEPARATORS, ' ').trim()
}

function foldLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(/[ßæœøđðłı]/g, (letter) => LETTERS[letter] ?? letter)
}

export function searchWords(entity: EntityDescription): SearchWords {
  return {
    order: fold(nameOf(entity, [])),
    words: [...entity.names.map(({ name }) => name), hostOf(entity.entityId)]
      .map((line) => `\n ${fold(line)}`)
      .join(''),
  }
}

/** The host of an entityID that is a URL; any other entityID itself. */
function hostOf(entityId: string): string {
  return (URL.canParse(entityId) ? new URL(entityId).host : '') || entityId
}

/** The name to show. */
export function nameOf(
  { entityId, names }: Pick<EntityDescription, 'entityId' | 'names'>,
  languages: readonly string[],
): string {
  const wanted = languages.flatMap((language) => names.find((name) => isOf(name, language)) ?? [])
  return (wanted[0] ?? names.find((name) => isOf(name, 'en')) ?? names[0])?.name ?? entityId
}

function isOf({ language }: DisplayName, wanted: string): boolean {
  const [has = ''] = language.toLowerCase().split('-')
  return has !== '' && has === wanted.toLowerCase().split('-')[0]
}
