/** Rules about the `federation` section: what categories and certifications require of the rest of it. */

import type { ConfigIssue } from '../issue.ts'
import { impliedSubjectId } from '../normalize/federation.ts'
import { entityCategoryInFull } from '../normalize/trust-marks.ts'
import type { Rule } from '../partial-config.ts'
import type { FileConfig } from '../schema.ts'

type Federation = NonNullable<FileConfig['federation']>

/** Keys that a category requires, by the name in the section. */
const REQUIRED: readonly (readonly [category: string, keys: readonly (keyof Federation)[], source: string])[] = [
  ['research-and-scholarship', ['description', 'informationUrl'], 'Research and Scholarship 1.3, 4'],
  ['code-of-conduct', ['description', 'privacyStatementUrl'], 'Code of Conduct 2.0'],
  ['personalized', ['privacyStatementUrl'], 'Personalized Access'],
  ['pseudonymous', ['privacyStatementUrl'], 'Pseudonymous Access'],
]

const categoriesHaveWhatTheyRequire: Rule = ({ federation }) => {
  if (!federation) return []
  const categories = federation.entityCategories.map(entityCategoryInFull)
  return REQUIRED.flatMap(([category, keys, source]) => {
    const place = categories.indexOf(entityCategoryInFull(category))
    const missing = keys.filter((key) => federation[key] === undefined)
    return place < 0 || missing.length === 0
      ? []
      : [
          {
            path: ['federation', 'entityCategories', place],
            expected: `${missing.join(' and ')} beside entityCategories (${source})`,
            found: 'none',
          },
        ]
  })
}

/** Sirtfi 1.0, 2.4: others must be able to report an incident. */
const sirtfiHasAContact: Rule = ({ federation }) =>
  federation?.sirtfi && federation.contacts.security === undefined
    ? [{ path: ['federation', 'sirtfi'], expected: 'contacts.security beside it', found: 'none' }]
    : []

/** Federations publish worldwide, so English is the language that all of them require. */
const textsAreInEnglishToo: Rule = ({ federation }) => {
  if (!federation) return []
  const { displayName, description, informationUrl, privacyStatementUrl, organization } = federation
  const texts = { displayName, description, informationUrl, privacyStatementUrl }
  return [
    ...Object.entries(texts).flatMap(([key, value]) => inEnglish(['federation', key], value)),
    ...Object.entries(organization).flatMap(([key, value]) => inEnglish(['federation', 'organization', key], value)),
  ]
}

function inEnglish(path: readonly string[], value: string | Readonly<Record<string, string>> | undefined) {
  return value === undefined || typeof value === 'string' || Object.hasOwn(value, 'en')
    ? []
    : [{ path: [...path], expected: 'a text in English: en', found: Object.keys(value).join(', ') || 'none' }]
}

/** The requirement has one value, so a provider whose users are identified by another attribute gets none of them. */
const subjectIdsAgree: Rule = ({ federation, providers }) => {
  const required = federation?.subjectId ?? impliedSubjectId(federation?.entityCategories ?? [])
  if (required === undefined || required === 'any') return []
  return (providers ?? []).flatMap((provider, index): readonly ConfigIssue[] => {
    if (provider?.protocol !== 'saml' || !['subject-id', 'pairwise-id'].includes(provider.subject)) return []
    return provider.subject === required
      ? []
      : [
          {
            path: ['providers', index, 'subject'],
            expected: `${required}, which the federation section requires of identity providers`,
            found: provider.subject,
          },
        ]
  })
}

export const federationRules = {
  categoriesHaveWhatTheyRequire,
  sirtfiHasAContact,
  textsAreInEnglishToo,
  subjectIdsAgree,
} as const satisfies Readonly<Record<string, Rule>>
