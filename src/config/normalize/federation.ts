/** The `federation` section: what the published SP metadata states about the gateway. */
import type { FileConfig } from '../schema.ts'
import type { FederationConfig, FederationContact, Localized } from '../types.ts'
import { entityCategoryInFull } from './trust-marks.ts'
import { optional } from './values.ts'

type FileFederation = NonNullable<FileConfig['federation']>
type FileContacts = FileFederation['contacts']['technical']

/** The subject identifier that goes with an access category: REFEDS Anonymous, Pseudonymous and Personalized Access. */
const IMPLIED_SUBJECT_IDS: ReadonlyMap<string, 'subject-id' | 'pairwise-id' | 'none'> = new Map([
  ['https://refeds.org/category/personalized', 'subject-id'],
  ['https://refeds.org/category/pseudonymous', 'pairwise-id'],
  ['https://refeds.org/category/anonymous', 'none'],
])

export function federationOf(file: FileFederation | undefined): FederationConfig | undefined {
  if (!file) return undefined
  const { displayName, description, informationUrl, privacyStatementUrl, organization, contacts } = file
  const entityCategories = file.entityCategories.map(entityCategoryInFull)
  return {
    displayName: inLanguages(displayName),
    description: inLanguages(description),
    informationUrl: inLanguages(informationUrl),
    privacyStatementUrl: inLanguages(privacyStatementUrl),
    logos: file.logos,
    organization: {
      name: inLanguages(organization.name),
      displayName: inLanguages(organization.displayName ?? organization.name),
      url: inLanguages(organization.url),
    },
    contacts: [
      ...contactsOf('technical', contacts.technical),
      ...contactsOf('support', contacts.support),
      ...contactsOf('administrative', contacts.administrative),
      ...contactsOf('security', contacts.security),
    ],
    entityCategories,
    sirtfi: file.sirtfi,
    ...optional('subjectId', file.subjectId ?? impliedSubjectId(entityCategories)),
  }
}

/** What the first access category implies; undefined: nothing. */
export function impliedSubjectId(entityCategories: readonly string[]) {
  return entityCategories.flatMap((one) => IMPLIED_SUBJECT_IDS.get(entityCategoryInFull(one)) ?? [])[0]
}

/** A text without a language is English, which every federation wants. */
function inLanguages(written: string | Readonly<Record<string, string>> | undefined): Localized {
  if (written === undefined) return new Map()
  return new Map(typeof written === 'string' ? [['en', written]] : Object.entries(written))
}

function contactsOf(kind: FederationContact['kind'], written: FileContacts | undefined): readonly FederationContact[] {
  return (written === undefined ? [] : [written].flat()).map((one) =>
    typeof one === 'string' ? { kind, email: one } : { kind, email: one.email, ...optional('name', one.name) },
  )
}
