/** The users that a change is rehearsed with: those in files, or one for each group or other condition of each rule. */
import { readFile } from 'node:fs/promises'
import { isMeant, reaches } from '../../access/role-trust.ts'
import { valuesInTag } from '../../access/selected-roles.ts'
import { namesIn } from '../../access/template.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { AccessRule, Config, ProviderConfig, ValueMatch } from '../../config/types.ts'
import { parseRoleArn, type RoleArn, samlProviderArn } from '../../core/arn.ts'
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
import type { OriginalEvidence } from '../../evidence/original-evidence.ts'
import { readsAttribute } from '../../gateway/published/requested-attributes.ts'
import { type ClaimsInFile, claimsIn } from '../explain/claims-file.ts'
import { evidenceFromClaims } from '../explain/sign-in-from-claims.ts'
import { RehearseError } from './errors.ts'

export interface RehearsedUser {
  /** `groups = aws-dev`, or the name of the file. */
  readonly who: string
  /** Id of the provider. */
  readonly provider: string
  readonly claims: ClaimsInFile
}

export interface Users {
  readonly users: readonly RehearsedUser[]
  /** Rules for which no user can be made up, as sentences. */
  readonly notes: readonly string[]
}

/** Values of one attribute; several: any of them. */
interface Wanted {
  readonly attribute: string
  readonly values: readonly string[]
}

const MOST_OF_A_RULE = 200

/** Throws RehearseError or ExplainError. */
export async function usersInFiles(config: Config, files: readonly string[], id: string): Promise<Users> {
  const provider = config.providers.find((each) => each.id === id)
  if (!provider)
    throw new RehearseError('rehearse.setting_unknown', { sentence: `The configuration has no provider ${id}.` })
  const users = await Promise.all(
    files.map(async (file): Promise<RehearsedUser> => {
      const text = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new RehearseError('rehearse.no_users', { sentence: `The file ${file} cannot be read.`, cause })
      })
      const isRead = (name: string): boolean => provider.protocol !== 'saml' || readsAttribute(config, provider, name)
      return { who: file, provider: id, claims: claimsIn(text, file, isRead) }
    }),
  )
  return { users, notes: [] }
}

/** For everyone that rules mention. Pure. */
export function usersOfRules(config: Config, catalog: Catalog | undefined): Users {
  const users = new Map<string, RehearsedUser>()
  const notes = new Set<string>()
  for (const provider of config.providers)
    for (const rule of config.access.filter((one) => reaches(one, provider))) {
      const alternatives = alternativesOf(rule, catalog)
      if (alternatives === undefined)
        notes.add(`The rule at line ${rule.line} has a pattern for which no user can be made up: use --claims.`)
      for (const alternative of alternatives ?? []) {
        const user = userWith(config, provider, alternative, rolesOf(rule, catalog))
        users.set(JSON.stringify([user.provider, user.who]), user)
      }
    }
  return { users: [...users.values()], notes: [...notes] }
}

/** The combinations of values that meet the rule; undefined: not known for one of its patterns. */
function alternativesOf(rule: AccessRule, catalog: Catalog | undefined): readonly (readonly Wanted[])[] | undefined {
  const roles = rolesOf(rule, catalog)
  const conditions = rule.when.conditions.map(({ attribute, anyOf }) => ({
    attribute,
    values: [...new Set(anyOf.flatMap((match) => examplesOf(match, roles)))],
  }))
  const tagged = (rule.selectors ?? []).flatMap((selector) =>
    selector.grantTag && catalog
      ? [{ attribute: selector.grantTag.attribute, values: valuesInTag(catalog, selector) }]
      : [],
  )
  if (conditions.some(({ values }) => values.length === 0)) return undefined
  const all = [...conditions, ...tagged.filter(({ values }) => values.length > 0)]
  return all
    .reduce<readonly (readonly Wanted[])[]>(
      (sets, { attribute, values }) =>
        sets.flatMap((set) => values.map((value) => [...set, { attribute, values: [value] }])),
      [[]],
    )
    .slice(0, MOST_OF_A_RULE)
}

/** A text itself; of a pattern with the groups `account` and `role`, the texts for the roles that the rule means. */
function examplesOf(match: ValueMatch, roles: readonly RoleArn[]): readonly string[] {
  if (match.kind === 'text') return [match.value]
  const { pattern } = match
  return roles.flatMap(({ account, name }) => {
    const text = pattern.source
      .replaceAll(/\(\?<account>(?:[^()]|\([^()]*\))*\)/g, account)
      .replaceAll(/\(\?<role>(?:[^()]|\([^()]*\))*\)/g, name)
      .replaceAll(/^\^|\$$/g, '')
      .replaceAll(/\\([^\w])/g, '$1')
    return pattern.match(text) === undefined ? [] : [text]
  })
}

/** The roles that the rule names in full, and those of the catalogue that it means. */
function rolesOf(rule: AccessRule, catalog: Catalog | undefined): readonly RoleArn[] {
  const named = rule.roles.flatMap((template) => parseRoleArn(template) ?? [])
  const meant = catalog ? [...catalog.roles.values()].filter((role) => isMeant(rule, role, { known: catalog })) : []
  return [...new Map([...named, ...meant].map((role) => [role.arn, role])).values()]
}

/** A user with what the rule wants. */
function userWith(
  config: Config,
  provider: ProviderConfig,
  wanted: readonly Wanted[],
  roles: readonly RoleArn[],
): RehearsedUser {
  const who = wanted.map(({ attribute, values }) => `${attribute} = ${values.join(' or ')}`).join(', ') || 'any user'
  const subject = wanted.find(({ attribute }) => attribute === 'subject')?.values[0] ?? 'rehearsed-user'
  const attributes = attributesFor(config, wanted)
  return { who, provider: provider.id, claims: claimsOf(provider, subject, attributes, roles) }
}

/** What the rule wants, and something for each attribute that templates need. */
function attributesFor(config: Config, wanted: readonly Wanted[]): ReadonlyMap<string, readonly string[]> {
  const templates = [config.sessionName, config.sourceIdentity ?? '', ...config.sessionTags.values()]
  const needed = templates.flatMap(namesIn)
  return new Map<string, readonly string[]>([
    ...needed
      .filter((name) => name !== 'subject' && name !== 'provider')
      .map((name): [string, readonly string[]] => [name, [name === 'email' ? 'user@example.com' : 'rehearsed']]),
    ...wanted.map(({ attribute, values }): [string, readonly string[]] => [attribute, values]),
  ])
}

function claimsOf(
  provider: ProviderConfig,
  subject: string,
  attributes: ReadonlyMap<string, readonly string[]>,
  roles: readonly RoleArn[],
): ClaimsInFile {
  if (provider.protocol === 'oidc') {
    const said = { iss: provider.issuer, aud: provider.clientId, sub: subject, email_verified: true }
    const claims = Object.fromEntries(
      [...attributes].map(([name, values]) => [name, name === 'email' ? values[0] : values]),
    )
    return { kind: 'web-identity', claims: { ...claims, ...said }, isKept: true }
  }
  const { exchange } = provider
  const pairs =
    exchange.via === 'saml' && exchange.evidence === 'original'
      ? roles.map((role) => `${role.arn},${samlProviderArn(role.partition, role.account, exchange.provider)}`)
      : []
  const forAws: [string, readonly string[]][] =
    pairs.length === 0
      ? []
      : [
          [awsSamlAttributes.role, pairs],
          [awsSamlAttributes.roleSessionName, [subject]],
        ]
  const named = provider.subject.kind === 'attribute' ? [[provider.subject.name, [subject]] as const] : []
  return {
    kind: 'plain',
    nameId: { value: subject },
    attributes: new Map([...named, ...attributes, ...forAws]),
  }
}

/** The evidence of the user's sign-in. Throws ExplainError. */
export function evidenceOf(user: RehearsedUser, provider: ProviderConfig, config: Config): Promise<OriginalEvidence> {
  return evidenceFromClaims(user.claims, provider, config)
}
