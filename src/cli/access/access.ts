/**
 * `fedgate access`: who can take what by the configuration and the catalogue, and where rules and trust policies do not
 * fit together. Start at accessReport.
 */
import { readFile } from 'node:fs/promises'
import { roleSettingsOf } from '../../access/role-settings.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import { readsAttribute } from '../../gateway/published/requested-attributes.ts'
import { configuredCatalog } from '../catalog/configured.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { claimsIn } from '../explain/claims-file.ts'
import { evidenceFromClaims, identityOf } from '../explain/sign-in-from-claims.ts'
import { gatewayIdentifiers, readConfig } from '../load-config.ts'
import { localRoles } from '../local-aws/state.ts'
import type { AccessOptions } from '../options.ts'
import { openOutput } from '../output.ts'
import { changesSince } from './diff.ts'
import { AccessReportError } from './errors.ts'
import { findingsOf } from './findings.ts'
import { accessFormats } from './formats.ts'
import { grantsOfRules, grantsOfUser, type Known } from './grants.ts'
import type { AccessReport, Grant } from './report.ts'

/**
 * Prints the report. Throws ConfigError, CatalogError, AccessReportError, ExplainError, or Ended with 1 if there are
 * findings; with an earlier report, if grants have changed or there are new findings.
 */
export async function runAccess(options: AccessOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const report = await accessReport(await readConfig(options.config, process.env, 'offline'), options)
  output.printText(accessFormats[options.format](report))
  const { findings, changes } = report
  const isClean = changes
    ? changes.added.length + changes.removed.length + changes.newFindings.length === 0
    : findings.length === 0
  if (!isClean) throw new Ended(exitCodes.failed)
}

export async function accessReport(
  config: Config,
  options: Omit<AccessOptions, 'config' | 'format'>,
): Promise<AccessReport> {
  const catalog = await configuredCatalog(config)
  const local = config.sts.target.kind === 'local' ? await localRoles(config) : []
  const localPolicies = new Map(local.map(({ arn, trustPolicy }) => [arn, textOf(trustPolicy)]))
  const policyOf = (role: RoleArn): string | undefined =>
    roleSettingsOf(config, role).trustPolicy ?? catalog?.roles.get(role.arn)?.trustPolicy ?? localPolicies.get(role.arn)
  const known = { config, catalog }
  const furtherRoles = [...local.map(({ arn }) => arn), ...config.access.flatMap(({ roles }) => roles)].flatMap(
    (arn) => parseRoleArn(arn) ?? [],
  )
  const report: AccessReport = {
    version: 1,
    grants: await grantsFor(known, options),
    findings: findingsOf({ ...known, names: gatewayIdentifiers(config), policyOf, furtherRoles }),
  }
  if (options.diff === undefined) return report
  const before = await readFile(options.diff, 'utf8').catch((cause: unknown) => {
    throw new AccessReportError('access.report_unreadable', {
      sentence: `The file ${options.diff} cannot be read.`,
      cause,
    })
  })
  return { ...report, changes: changesSince(before, options.diff, report) }
}

function textOf(policy: unknown): string {
  return typeof policy === 'string' ? policy : JSON.stringify(policy)
}

async function grantsFor(
  known: Known,
  { claims, group, provider: id }: Omit<AccessOptions, 'config' | 'format'>,
): Promise<readonly Grant[]> {
  const providers = providersOf(known.config, id)
  if (claims !== undefined) {
    const all = await Promise.all(providers.map((provider) => grantsOfClaims(known, provider, claims)))
    return all.flat()
  }
  if (group === undefined) return grantsOfRules(known).filter(({ provider }) => id === undefined || provider === id)
  return providers.flatMap((provider) => grantsOfUser(known, provider, memberOf(provider, group), `groups = ${group}`))
}

/** A user with that group and nothing else. */
function memberOf({ id, protocol, ...provider }: ProviderConfig, group: string) {
  const issuer = 'issuer' in provider ? provider.issuer : ('entityId' in provider && provider.entityId) || ''
  return {
    provider: id,
    protocol,
    issuer,
    subject: '',
    attributes: new Map([['groups', [group]]]),
    authenticatedAt: new Date(0),
  }
}

async function grantsOfClaims(known: Known, provider: ProviderConfig, file: string): Promise<readonly Grant[]> {
  const { config } = known
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AccessReportError('access.claims_unreadable', { sentence: `The file ${file} cannot be read.`, cause })
  })
  const isRead = (name: string): boolean => provider.protocol !== 'saml' || readsAttribute(config, provider, name)
  const identity = identityOf(
    await evidenceFromClaims(claimsIn(text, file, isRead), provider, config),
    provider,
    config,
  )
  return grantsOfUser(known, provider, identity, identity.subject)
}

/** Throws AccessReportError `access.provider_unknown`. */
function providersOf({ providers }: Config, id: string | undefined): readonly ProviderConfig[] {
  if (id === undefined) return providers
  const found = providers.filter((provider) => provider.id === id)
  if (found.length > 0) return found
  throw new AccessReportError('access.provider_unknown', {
    sentence: `The configuration has no provider ${id}.`,
    hint: `Choose one with --provider: ${providers.map((provider) => provider.id).join(', ')}.`,
  })
}
