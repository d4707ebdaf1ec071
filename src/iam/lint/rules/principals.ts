/** The principals: no unintended ones, and the intended one. */
import { parseArn } from '../../../core/arn.ts'
import type { Policy, Statement } from '../../policy.ts'
import { difference } from '../confusable.ts'
import type { EvidenceInUse, LintFacts } from '../facts.ts'
import type { LintMatch, LintRule } from '../finding.ts'
import { sharedIssuerOf, sharedIssuers } from '../shared-issuers.ts'
import {
  allowsOf,
  callOf,
  covers,
  excludesOtherValues,
  issuerOf,
  type NamedProvider,
  providersOf,
} from '../statement-queries.ts'

interface LookAlike {
  readonly provider: NamedProvider
  readonly meant: string
  readonly how: string
}

const ASSUMING = ['sts:AssumeRole', ...Object.values(callOf)]

export const principalRules = {
  'trust.anybody': {
    severity: 'error',
    sentence: 'The statement admits any caller: federated calls are not signed.',
    hint: 'Name the identity provider: {"Federated": "arn:…"}.',
    find: anyCaller,
  },
  'trust.lookalike_provider': {
    severity: 'error',
    sentence: 'The statement admits a provider that looks like another.',
    hint: 'Name the provider that was meant, letter by letter.',
    find: lookAlike,
  },
  'trust.foreign_account': {
    severity: 'error',
    sentence: 'The statement admits a provider of another account.',
    hint: "AWS looks for OpenID providers in the role's own account: name the one there.",
    find: foreignAccount,
  },
  'trust.provider_missing': {
    severity: 'error',
    sentence: 'No statement admits the provider that the gateway uses for this role.',
    hint: 'Add the statement that `fedgate trust-policy` prints.',
    find: missing,
  },
  'trust.deleted_principal': {
    severity: 'warning',
    sentence: 'The statement names a user or role that has been deleted: it matches no caller.',
    hint: 'Remove it, or name the ARN of the user or role that replaced it.',
    find: deleted,
  },
  'trust.action_mismatch': {
    severity: 'error',
    sentence: 'The provider cannot be used with that action.',
    hint: 'SAML providers need sts:AssumeRoleWithSAML, OpenID providers sts:AssumeRoleWithWebIdentity.',
    find: wrongAction,
  },
} as const satisfies Readonly<Record<string, LintRule>>

/** In signed calls a condition can still restrict the caller; federated calls are unsigned. */
function anyCaller(policy: Policy): readonly LintMatch[] {
  return allowsOf(policy).flatMap((statement) => {
    const { principal, path, conditions } = statement
    const isOpen = principal.anyone && (isFederated(statement) || !conditions.some(excludesOtherValues))
    return isOpen ? [{ path: `${path}.Principal` }] : []
  })
}

function isFederated(statement: Statement): boolean {
  return Object.values(callOf).some((call) => covers(statement, call))
}

function lookAlike(policy: Policy, facts: LintFacts): readonly LintMatch[] {
  return lookAlikes(policy, facts).map(({ provider, meant, how }) => ({
    path: pathOf(provider),
    sentence: `${provider.name} looks like ${meant}, but ${how}.`,
  }))
}

function lookAlikes(policy: Policy, { evidence }: LintFacts): readonly LookAlike[] {
  return named(policy).flatMap((provider) => {
    const inUse = evidence.flatMap(namesOf)
    if (inUse.includes(provider.name)) return []
    const near = inUse.flatMap((meant) => {
      const how = difference(provider.name, meant)
      return how === undefined || isSecondName(policy, provider, meant) ? [] : [{ provider, meant, how }]
    })
    return near.length > 0 ? near.slice(0, 1) : lookAlikeOfShared(provider)
  })
}

function named(policy: Policy): readonly NamedProvider[] {
  return allowsOf(policy).flatMap(providersOf)
}

/** Whether AWS keeps the trailing slash of an issuer in the ARN of its provider is not confirmed (C.1). */
function namesOf({ provider, issuer }: EvidenceInUse): readonly string[] {
  return issuer?.endsWith('/') ? [provider, `${provider}/`] : [provider]
}

/** An account names its SAML providers itself: `corp-1` next to `corp-2` is not confusing. */
function isSecondName(policy: Policy, { kind, name }: NamedProvider, meant: string): boolean {
  return kind === 'saml' && accountOf(name) === accountOf(meant) && named(policy).some((other) => other.name === meant)
}

function accountOf(arn: string): string | undefined {
  return parseArn(arn)?.account
}

function lookAlikeOfShared(provider: NamedProvider): readonly LookAlike[] {
  const { issuer } = provider
  if (issuer === undefined || sharedIssuerOf(issuer)) return []
  return [...sharedIssuers.keys()].flatMap((meant) => {
    const how = difference(issuer, meant)
    return how === undefined ? [] : [{ provider, meant, how }]
  })
}

function pathOf({ statement, name }: NamedProvider): string {
  const names = [...statement.principal.federated]
  return `${statement.path}.Principal.Federated${names.length > 1 ? `[${names.indexOf(name)}]` : ''}`
}

/** OpenID providers are looked up in the role's account; all roles with the same policy are in one account here. */
function foreignAccount(policy: Policy, { evidence }: LintFacts): readonly LintMatch[] {
  const home = evidence.map(({ provider }) => accountOf(provider)).find((account) => account !== undefined)
  if (home === undefined) return []
  return named(policy).flatMap((provider) => {
    const account = accountOf(provider.name)
    const isNear = evidence.some((one) => difference(provider.name, one.provider) !== undefined)
    if (account === undefined || account === home || isNear || issuerOf(provider.name) === undefined) return []
    return [{ path: pathOf(provider), sentence: `${provider.name} is in another account than the role.` }]
  })
}

function missing(policy: Policy, facts: LintFacts): readonly LintMatch[] {
  const meantOnes = new Set(lookAlikes(policy, facts).map(({ meant }) => meant))
  const isNamed = (name: string): boolean =>
    allowsOf(policy).some(({ principal: { anyone, federated } }) => anyone || federated.has(name))
  return facts.evidence
    .filter((one) => !namesOf(one).some(isNamed) && !meantOnes.has(one.provider))
    .map(({ provider }) => ({
      path: 'Statement',
      sentence: `No statement admits ${provider}, which the gateway uses for this role.`,
    }))
}

/** IAM refuses to save such a policy again, and a new user or role with the old name is a different one. */
function deleted({ statements }: Policy): readonly LintMatch[] {
  return statements.flatMap(({ path, principal }) =>
    [...principal.deleted].map((id) => ({
      path: `${path}.Principal.AWS`,
      sentence: `${id} was a ${id.startsWith('AIDA') ? 'user' : 'role'} that has been deleted: it matches no caller.`,
    })),
  )
}

function wrongAction(policy: Policy): readonly LintMatch[] {
  return named(policy).flatMap(({ statement, kind, name }) => {
    const other = ASSUMING.find((action) => action !== callOf[kind] && covers(statement, action))
    if (covers(statement, callOf[kind]) || other === undefined) return []
    return [
      {
        path: `${statement.path}.${statement.actions.negated ? 'NotAction' : 'Action'}`,
        sentence: `${name} cannot be used with ${other}.`,
        hint: `Allow ${callOf[kind]}.`,
      },
    ]
  })
}
