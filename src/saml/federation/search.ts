import type { DisplayName } from './entities.ts'
import type { FederationEntity } from './index-aggregate.ts'

/** An identity provider as a person finds it. */
export interface FoundEntity {
  readonly entityId: string
  /** In the first of the wanted languages that it has a name in, else in whatever it has; its entityID if it has none. */
  readonly name: string
}

/**
 * Finds identity providers by words of their names, in any language they are named in. The best first: names that begin
 * with the query, then words that do, then the rest; by name among equals.
 */
export type EntitySearch = (query: string, limit: number, languages: readonly string[]) => readonly FoundEntity[]

interface Searchable {
  readonly entity: FederationEntity
  /** Its name as it is ordered by. */
  readonly order: string
  /** Folded names and the entityID's host, each on its own line. */
  readonly text: string
}

const MARKS = /\p{Mark}/gu
const SEPARATORS = /[^\p{Letter}\p{Number}.]+/gu
/** What no decomposition takes apart, as people type it. */
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', ı: 'i' }

/** Without case, accents and punctuation. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(/[ßæœøđðłı]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(SEPARATORS, ' ')
    .trim()

/** The host of an entityID that is a URL; the entityID itself where it is none. */
export const hostOf = (entityId: string): string => (URL.canParse(entityId) ? new URL(entityId).host : '') || entityId

const MAX_QUERY = 200
const RANKS = 3

const searchable = (entity: FederationEntity): Searchable => ({
  entity,
  order: fold(nameOf(entity, [])),
  text: [...entity.names.map(({ name }) => fold(name)), fold(hostOf(entity.entityId))]
    .map((line) => `\n ${line}`)
    .join(''),
})

/** 0: a name begins with it; 1: every word begins a word; 2: every word is somewhere; undefined: it does not fit. */
const rankOf = (text: string, query: string, words: readonly string[]): number | undefined => {
  if (text.includes(`\n ${query}`)) return 0
  if (words.every((word) => text.includes(` ${word}`))) return 1
  return words.every((word) => text.includes(word)) ? 2 : undefined
}

/** Prepares the search; `entities` that ask to be hidden are not found. */
export const createSearch = (entities: Iterable<FederationEntity>): EntitySearch => {
  const all = [...entities]
    .filter(({ isHidden }) => !isHidden)
    .map(searchable)
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
  return (query, limit, languages) => {
    const wanted = fold(query.slice(0, MAX_QUERY))
    const words = wanted.split(' ')
    const byRank: FederationEntity[][] = Array.from({ length: RANKS }, () => [])
    for (const { entity, text } of all) byRank[rankOf(text, wanted, words) ?? RANKS]?.push(entity)
    const best = byRank.flat().slice(0, limit)
    return best.map((entity) => ({ entityId: entity.entityId, name: nameOf(entity, languages) }))
  }
}

/** The name to show. */
export const nameOf = (
  { entityId, names }: Pick<FederationEntity, 'entityId' | 'names'>,
  languages: readonly string[],
): string => {
  const wanted = languages.flatMap((language) => names.find((name) => isOf(name, language)) ?? [])
  return (wanted[0] ?? names.find((name) => isOf(name, 'en')) ?? names[0])?.name ?? entityId
}

const isOf = ({ language }: DisplayName, wanted: string): boolean => {
  const [has = ''] = language.toLowerCase().split('-')
  return has !== '' && has === wanted.toLowerCase().split('-')[0]
}
