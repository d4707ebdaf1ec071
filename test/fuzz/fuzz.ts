import { fixture } from '../saml/saml-fixtures.ts'
import { dressed, mutate, randomFrom } from './mutations.ts'
import { examine } from './property.ts'

/** What is edited: signed here and there, written this way and that. */
const sources = [
  'signed-assertion',
  'signed-response',
  'signed-both',
  'odd-prefixes',
  'pretty-printed',
  'cdata-references-emoji',
  'prefix-list',
  'default-namespaces',
  'two-attribute-statements',
  'with-comments-method',
  'targeted-id',
  'signed-info-inclusive',
  'name-id-padded',
  'audience-padded',
  'attribute-without-name',
].map((name) => fixture('accepted', name))

export interface FuzzCounts {
  readonly mutants: number
  readonly accepted: number
  /** How often each code refused. */
  readonly refused: ReadonlyMap<string, number>
}

/** Edits on while `goesOn`; throws with the mutant when the property does not hold. The same seed makes the same mutants. */
export const fuzz = (seed: string, goesOn: (mutants: number) => boolean): FuzzCounts => {
  const random = randomFrom(seed)
  const refused = new Map<string, number>()
  let [mutants, accepted] = [0, 0]
  for (; goesOn(mutants); mutants += 1) {
    const mutant = dressed(mutate(sources[mutants % sources.length] ?? '', random), random)
    try {
      const outcome = examine(mutant)
      if (outcome.kind === 'accepted') accepted += 1
      else refused.set(outcome.code, (refused.get(outcome.code) ?? 0) + 1)
    } catch (cause) {
      throw new Error(`mutant ${mutants} of seed ${seed}: ${cause}\n${mutant.xml}`, { cause })
    }
  }
  return { mutants, accepted, refused }
}
