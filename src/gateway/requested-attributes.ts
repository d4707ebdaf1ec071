import { standardName } from '../access/attribute-names.ts'
import type { AccessRule, SamlProviderConfig } from '../config/types.ts'
import type { RequestedAttribute } from '../saml/sp-metadata.ts'
import type { Gateway } from './gateway.ts'

const AWS_ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/'

/** What templates may say that is no attribute. */
const NO_ATTRIBUTES = ['subject', 'provider', 'issuer']

const placeholdersOf = (template: string): readonly string[] =>
  [...template.matchAll(/\{([^{}]+)\}/g)].flatMap(([, name]) =>
    name === undefined || NO_ATTRIBUTES.includes(name) ? [] : [name],
  )

const reaches = ({ when }: AccessRule, { id }: SamlProviderConfig): boolean => when.provider?.includes(id) ?? true

const wishedNames = ({ access, sessionName }: Gateway['settings'], provider: SamlProviderConfig): readonly string[] => [
  ...access
    .filter((rule) => reaches(rule, provider))
    .flatMap(({ when }) => when.conditions.map((one) => one.attribute)),
  // With its own evidence the identity provider names the session itself.
  ...(provider.exchange.evidence === 'original' ? [] : placeholdersOf(sessionName)),
]

/** Without these nobody can sign in there, or take a role. */
const requiredNames = ({ subject, rolesFromAssertion, exchange }: SamlProviderConfig): readonly string[] => [
  // By this very name: the subject is looked up without synonyms.
  ...(subject.kind === 'attribute' ? [subject.name] : []),
  ...(rolesFromAssertion || exchange.evidence === 'original' ? [`${AWS_ATTRIBUTES}Role`] : []),
  // AWS refuses an assertion without it.
  ...(exchange.evidence === 'original' ? [`${AWS_ATTRIBUTES}RoleSessionName`] : []),
]

/** What the configuration makes use of, so that the metadata can ask that identity provider for it, each once. */
export const requestedAttributes = (
  settings: Gateway['settings'],
  provider: SamlProviderConfig,
): readonly RequestedAttribute[] => {
  const required = requiredNames(provider).map((name) => ({ name, isRequired: true }))
  const wished = wishedNames(settings, provider).map((name) => ({ ...standardName(name), isRequired: false }))
  return [...new Map([...wished, ...required].map((attribute) => [attribute.name, attribute])).values()]
}
