import type { FederationEntity } from './index-aggregate.ts'
import { fold, nameOf } from './names.ts'

/** An identity provider as shown to a user. */
export interface FoundEntity {
  readonly entityId: string
  /** In the first requested language that it has a name in, else in any; its entityID if it has none. */
  readonly name: string
  readonly hasLogo: boolean
}

/**
 * Finds identity providers by words of their names, in any language. Best matches first: names that begin with the
 * query, then words that do, then the rest; equal ones by name.
 */
export type EntitySearch = (query: string, limit: number, languages: readonly string[]) => readonly FoundEntity[]

/** School 2 before School 10. Created once: `localeCompare` creates one for every comparison. */
const { compare } = new Intl.Collator('en', { numeric: true })

const MAX_QUERY = 200
const MAX_WORDS = 8
const RANKS = 3

/** Prepares the search; `entities` that request to be hidden are not found. */
export function createSearch(entities: Iterable<FederationEntity>): EntitySearch {
  const all = [...entities].filter(({ isHidden }) => !isHidden).toSorted((a, b) => compare(a.order, b.order))
  return (query, limit, languages) => {
    const wanted = fold(query.slice(0, MAX_QUERY))
    const asked = wanted.split(' ').slice(0, MAX_WORDS)
    const byRank: FederationEntity[][] = Array.from({ length: RANKS }, () => [])
    for (const entity of all) byRank[rankOf(entity.words, wanted, asked) ?? RANKS]?.push(entity)
    const best = byRank.flat().slice(0, limit)
    return best.map((entity) => ({
      entityId: entity.entityId,
      name: nameOf(entity, languages),
      hasLogo: entity.hasLogo,
    }))
  }
}

/** 0: a name begins with it; 1: every word begins a word; 2: every word occurs somewhere; undefined: no match. */
function rankOf(text: string, query: string, words: readonly string[]): number | undefined {
  if (text.includes(`\n ${query}`)) return 0
  if (words.every((word) => text.includes(` ${word}`))) return 1
  return words.every((word) => text.includes(word)) ? 2 : undefined
}
