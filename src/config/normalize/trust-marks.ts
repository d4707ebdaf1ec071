/** Short names of values in rules: REFEDS publishes them as URLs that nobody types twice. */
import { contextValues } from '../../core/authentication/context.ts'
import { type IdpMarks, markNames } from '../../core/identity.ts'

const REFEDS = 'https://refeds.org'
const RAF = `${REFEDS}/assurance`

/** Entity categories: R&S 1.3, Code of Conduct 1 and 2, Personalized, Pseudonymous and Anonymous Access. */
const entityCategories: ReadonlyMap<string, string> = new Map([
  ['research-and-scholarship', 'http://refeds.org/category/research-and-scholarship'],
  // REFEDS publishes it there, but the name of the category is http.
  ['https://refeds.org/category/research-and-scholarship', 'http://refeds.org/category/research-and-scholarship'],
  ['code-of-conduct', `${REFEDS}/category/code-of-conduct/v2`],
  ['code-of-conduct-v1', 'http://www.geant.net/uri/dataprotection-code-of-conduct/v1'],
  ['personalized', `${REFEDS}/category/personalized`],
  ['pseudonymous', `${REFEDS}/category/pseudonymous`],
  ['anonymous', `${REFEDS}/category/anonymous`],
])

/** Sirtfi 1.0 and 2.0. */
const certifications: ReadonlyMap<string, string> = new Map([
  ['sirtfi', `${REFEDS}/sirtfi`],
  ['sirtfi2', `${REFEDS}/sirtfi2`],
])

/** Values of eduPersonAssurance: REFEDS Assurance Framework 1.0 and 2.0, and AARC-G021. */
const assurances: ReadonlyMap<string, string> = new Map([
  ...['cappuccino', 'espresso'].map((name) => [name, `${RAF}/profile/${name}`] as const),
  ...['ID/unique', 'ID/eppn-unique-no-reassign', 'ID/eppn-unique-reassign-1y'].map(
    (name) => [name, `${RAF}/${name}`] as const,
  ),
  ...['IAP/low', 'IAP/medium', 'IAP/high', 'IAP/local-enterprise'].map((name) => [name, `${RAF}/${name}`] as const),
  ...['ATP/ePA-1d', 'ATP/ePA-1m'].map((name) => [name, `${RAF}/${name}`] as const),
  ['assam', 'https://aarc-project.eu/policy/authn-assurance/assam'],
])

/** The name under which rules find the user's own assurance values, whatever the provider calls the attribute. */
const ASSURANCE = 'eduPersonAssurance'

/** A condition of `when` with the attribute and the values that its short names mean. */
export function conditionInFull(name: string, values: readonly string[]): readonly [string, readonly string[]] {
  switch (name) {
    case 'authnContext':
      return [name, values.flatMap((value) => contextValues(value))]
    case 'assurance':
      return [ASSURANCE, values.map((value) => assurances.get(value) ?? value)]
    default:
      return [name, values.map((value) => markInFull(name, value))]
  }
}

function markInFull(name: string, value: string): string {
  if (name === 'entityCategory') return entityCategoryInFull(value)
  return name === 'assuranceCertification' ? (certifications.get(value) ?? value) : value
}

export function entityCategoryInFull(value: string): string {
  return entityCategories.get(value) ?? value
}

/** The marks that identity providers must have to be offered. */
export function markFilter(idps: Readonly<Partial<Record<string, string | readonly string[]>>>): Partial<IdpMarks> {
  return Object.fromEntries(
    markNames.flatMap((name) => {
      const values = idps[name]
      return values === undefined ? [] : [[name, [values].flat().map((value) => markInFull(name, value))] as const]
    }),
  )
}
