import { standardName } from '../../access/attribute-names.ts'
import { productNames, sentNames } from '../../access/short-names.ts'
import { RESERVED_NAMES } from '../../access/sign-in-values.ts'
import type { OperatorRule, SamlProviderConfig } from '../../config/types.ts'
import { AWS_SAML_ATTRIBUTES, awsSamlAttributes } from '../../core/aws-attributes.ts'
import type { RequestedAttribute } from '../../saml/sp-metadata.ts'
import type { GatewaySettings } from '../gateway.ts'

/** The rules and templates that name attributes. */
export type AttributeSettings = Pick<
  GatewaySettings,
  'access' | 'operators' | 'sessionName' | 'sourceIdentity' | 'sessionTags'
>

type AskedProvider = Pick<SamlProviderConfig, 'id' | 'preset' | 'subject' | 'rolesFromAssertion' | 'exchange'>

/** Names in rules and templates that are not attributes. */
const NO_ATTRIBUTES = [...RESERVED_NAMES, 'provider', 'issuer']

/**
 * The attributes that the configuration uses, each once, so the metadata can request them from that identity provider.
 */
export function requestedAttributes(
  settings: AttributeSettings,
  provider: AskedProvider,
): readonly RequestedAttribute[] {
  const required = requiredNames(provider).map((name) => ({ ...named(name), isRequired: true }))
  const wished = wishedNames(settings, provider).map((name) => ({ ...askedAs(name, provider), isRequired: false }))
  const tracing = tracingNames(settings, provider).map((name) => ({ ...askedAs(name, provider), isRequired: true }))
  return [...new Map([...wished, ...tracing, ...required].map((attribute) => [attribute.name, attribute])).values()]
}

/** Without these, users cannot sign in or assume a role. */
function requiredNames({ subject, rolesFromAssertion, exchange }: AskedProvider): readonly string[] {
  return [
    // By exactly this name: the subject is looked up without synonyms.
    ...(subject.kind === 'attribute' ? [subject.name] : []),
    ...(rolesFromAssertion || exchange.evidence === 'original' ? [awsSamlAttributes.role] : []),
    // AWS refuses an assertion without it.
    ...(exchange.evidence === 'original' ? [awsSamlAttributes.roleSessionName] : []),
  ]
}

/** By exactly this name, with its friendly name where the name is the standard's. */
function named(name: string): ReturnType<typeof standardName> {
  const standard = standardName(name)
  return standard.name === name ? standard : { name }
}

/** As the provider's product calls it, where a preset knows; otherwise the standard's name. */
function askedAs(name: string, { preset }: AskedProvider): ReturnType<typeof standardName> {
  const [first] = preset ? productNames(name, preset.attributes) : []
  if (first !== undefined) return named(first)
  return preset?.releasesByPlainNames ? { name } : standardName(name)
}

function wishedNames(settings: AttributeSettings, provider: AskedProvider): readonly string[] {
  return [
    ...[...settings.access, ...settings.operators]
      .filter((rule) => reaches(rule, provider))
      .flatMap(({ when }) => when.conditions.map((one) => one.attribute)),
    ...sessionNames(settings, provider),
  ].filter((name) => !NO_ATTRIBUTES.includes(name))
}

function reaches({ when }: OperatorRule, { id }: AskedProvider): boolean {
  return when.provider?.includes(id) ?? true
}

/** The attributes of the session. With original evidence the identity provider decides the session itself. */
function sessionNames({ sessionName, sessionTags }: AttributeSettings, { exchange }: AskedProvider): readonly string[] {
  return exchange.evidence === 'original' ? [] : [sessionName, ...sessionTags.values()].flatMap(placeholdersOf)
}

function placeholdersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].flatMap(([, name]) => name ?? [])
}

/** Without these no role is assumed. */
function tracingNames({ sourceIdentity = '' }: AttributeSettings, { exchange }: AskedProvider): readonly string[] {
  return exchange.evidence === 'original'
    ? []
    : placeholdersOf(sourceIdentity).filter((name) => !NO_ATTRIBUTES.includes(name))
}

/**
 * Whether the configuration uses the attribute of that Name or FriendlyName, under any of its names. In forwarded
 * evidence, AWS reads all of its own attributes.
 */
export function readsAttribute(settings: AttributeSettings, provider: AskedProvider, asked: string): boolean {
  const isForAws = provider.exchange.evidence === 'original' && asked.startsWith(AWS_SAML_ATTRIBUTES)
  const used = [requiredNames(provider), wishedNames(settings, provider), tracingNames(settings, provider)].flat()
  return isForAws || used.some((name) => sentNames(name, provider.preset?.attributes).includes(asked))
}
