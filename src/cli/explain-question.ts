/** From a configuration, a provider and the claims of a file to what AWS would be asked, and its answer. */
import { readFile } from 'node:fs/promises'
import { sessionOfAssertion, sessionOfToken } from '../access/asserted-session.ts'
import { type AssumeAction, actionOf, type Shown, type ShownSession } from '../access/preflight/facts.ts'
import { type Preflight, preflight } from '../access/preflight.ts'
import { rolePairs } from '../access/role-attribute.ts'
import { sessionOf } from '../access/session.ts'
import { roleDuration } from '../aws/facts/limits.ts'
import type { Config, ProviderConfig } from '../config/types.ts'
import { parseRoleArn, type RoleArn } from '../core/arn.ts'
import type { Identity } from '../core/identity.ts'
import { type IgnoredClaim, ignoredClaims } from '../gateway/ignored-claims.ts'
import { createMetadata } from '../gateway/metadata/metadata.ts'
import type { OwnWords, SamlWords } from '../gateway/own-words.ts'
import { insisting, isSecure } from '../gateway/preflight-role.ts'
import { acsUrl } from '../gateway/providers.ts'
import { roleFacts } from '../gateway/role-facts.ts'
import { showing, type ToBeShown } from '../gateway/shown-evidence.ts'
import { type Policy, parseTrustPolicy } from '../iam/policy.ts'
import { samlIssuerEntityId } from '../issuer/saml-assertion.ts'
import { toAttributes } from '../oidc/attributes.ts'
import { ExplainError } from './errors.ts'
import { type ClaimsInFile, claimsIn, type PlainClaims } from './explain-claims.ts'
import type { ExplainOptions } from './options.ts'
import { trustPolicies } from './trust-policies.ts'

export interface Explained {
  readonly role: RoleArn
  readonly provider: ProviderConfig
  readonly subject: string
  readonly action: AssumeAction
  readonly shown: Shown
  readonly session: ShownSession
  readonly preflight: Preflight
  readonly ignored: readonly IgnoredClaim[]
  readonly trustPolicy: Policy | undefined
}

const providerNamed = ({ providers }: Config, id: string): ProviderConfig => {
  const provider = providers.find((each) => each.id === id)
  if (provider) return provider
  throw new ExplainError('explain.provider_unknown', {
    sentence: `The configuration has no provider ${id}.`,
    hint: `Name one with --provider: ${providers.map((each) => each.id).join(', ')}.`,
  })
}

const roleNamed = (arn: string): RoleArn => {
  const role = parseRoleArn(arn)
  if (!role) throw new ExplainError('explain.role_invalid', { sentence: `${arn} is not the ARN of a role.` })
  return role
}

/** Before there is a claim that says so, only the metadata does; where it is out of reach nobody does. */
const issuerOf = async (provider: ProviderConfig, { stateFolder }: Config): Promise<string> => {
  if (provider.protocol === 'oidc') return provider.issuer
  if (provider.entityId !== undefined) return provider.entityId
  const source = createMetadata(provider, { now: () => new Date(), stateFolder, isReadOnly: true })
  try {
    return (await source.read()).entityId
  } catch {
    return ''
  } finally {
    await source.close()
  }
}

/** As an assertion would say it to our assertion consumer service. */
const saidBySaml = async (
  { nameId, attributes }: PlainClaims,
  provider: Extract<ProviderConfig, { protocol: 'saml' }>,
  config: Config,
): Promise<SamlWords> => ({
  kind: 'saml',
  issuer: await issuerOf(provider, config),
  recipient: acsUrl(config.baseUrl, provider.id),
  audiences: [provider.spEntityId],
  nameId,
  attributes,
  rolePairs: rolePairs(attributes),
  confirmationCount: undefined,
  isEncrypted: false,
})

const otherKind = (): ExplainError => new ExplainError('explain.claims_of_another_kind')

/** What the provider would have said: its own words, where it can have said these. */
const wordsOf = async (claims: ClaimsInFile, provider: ProviderConfig, config: Config): Promise<OwnWords> => {
  if (provider.protocol === 'saml') {
    if (claims.kind === 'web-identity') throw otherKind()
    return claims.kind === 'plain' ? saidBySaml(claims, provider, config) : claims
  }
  if (claims.kind === 'saml') throw otherKind()
  if (claims.kind === 'web-identity') return claims
  // Whom an OpenID provider's own token is for, nobody can tell without the token.
  if (provider.exchange.evidence === 'original' || claims.nameId === undefined) throw otherKind()
  const said = { iss: provider.issuer, aud: provider.clientId, sub: claims.nameId.value }
  return { kind: 'web-identity', claims: { ...Object.fromEntries(claims.attributes), ...said } }
}

/** Whom a sign-in with these words would make of somebody. */
const identityOf = (words: OwnWords, provider: ProviderConfig): Identity => {
  const common = { provider: provider.id, authenticatedAt: new Date() }
  if (words.kind === 'web-identity') {
    const { iss, sub } = words.claims
    return {
      ...common,
      protocol: 'oidc',
      issuer: String(iss),
      subject: typeof sub === 'string' ? sub : '',
      attributes: toAttributes(words.claims),
    }
  }
  const { issuer, nameId, attributes } = words
  const named = provider.protocol === 'saml' && provider.subject.kind === 'attribute' ? provider.subject : undefined
  const subject = named ? attributes.get(named.name)?.[0] : nameId?.value
  const format = named ? undefined : nameId?.format
  return {
    ...common,
    protocol: 'saml',
    issuer,
    subject: subject ?? '',
    attributes,
    ...(format === undefined ? {} : { subjectFormat: format }),
  }
}

const sessionFor = (config: Config, { settings, identity, words }: ToBeShown): ShownSession => {
  const ours = sessionOf(config, identity)
  if (settings.exchange.evidence === 'original')
    return words.kind === 'saml'
      ? sessionOfAssertion(words.attributes)
      : sessionOfToken(words.claims, ours.roleSessionName)
  return insisting(ours)
}

const policyIn = async (file: string): Promise<Policy> =>
  parseTrustPolicy(
    await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new ExplainError('explain.policy_unreadable', { sentence: `The file ${file} cannot be read.`, cause })
    }),
  )

const claimsFile = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ExplainError('explain.claims_unreadable', { sentence: `The file ${file} cannot be read.`, cause })
  })

/** Throws ExplainError, or MalformedPolicyError for a trust policy that IAM would not accept. */
export const explained = async (config: Config, options: ExplainOptions, now: Date): Promise<Explained> => {
  const provider = providerNamed(config, options.provider)
  const role = roleNamed(options.role)
  const words = await wordsOf(claimsIn(await claimsFile(options.claims), options.claims), provider, config)
  const identity = identityOf(words, provider)
  const { issuer, baseUrl } = config
  const toShow: ToBeShown = {
    settings: provider,
    clientId: provider.protocol === 'oidc' ? provider.clientId : undefined,
    identity,
    words,
    issuers: { samlEntityId: samlIssuerEntityId(baseUrl), webIdentity: issuer },
  }
  const pair = words.kind === 'saml' ? words.rolePairs.find((each) => each.role.arn === role.arn) : undefined
  const shown = showing(toShow)({ role, ...(pair ? { providerArn: pair.providerArn } : {}) })
  const session = sessionFor(config, toShow)
  const { maxSessionSeconds, region } = roleFacts(config, role)
  const trustPolicy =
    options.trustPolicy === undefined ? (await trustPolicies(config))(role) : await policyIn(options.trustPolicy)
  return {
    role,
    provider,
    subject: identity.subject,
    action: actionOf(shown),
    shown,
    session,
    ignored: ignoredClaims(toShow, shown),
    trustPolicy,
    preflight: preflight({
      role,
      shown,
      session,
      durationSeconds: Math.min(roleDuration.default, maxSessionSeconds),
      maxSessionSeconds,
      call: { now, region, secureTransport: isSecure(config.sts.target) },
      trustPolicy,
    }),
  }
}
