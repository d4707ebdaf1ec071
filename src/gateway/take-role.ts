import { sessionNameOf } from '../access/session-name.ts'
import { StsError } from '../aws/errors.ts'
import { roleDuration } from '../aws/facts/limits.ts'
import type { RoleRequest } from '../aws/sts/client.ts'
import { samlProviderArn } from '../core/arn.ts'
import { assertionForAws } from '../issuer/saml-assertion.ts'
import { auditDenied, auditExchange } from './audit-lines.ts'
import { awsAttributesOf } from './aws-attributes.ts'
import { GatewayError } from './errors.ts'
import { type Caller, type Gateway, providerOf } from './gateway.ts'
import { type ListedRole, listRoles } from './list-roles.ts'
import type { Login } from './logins.ts'
import type { TakenRole, WantedRole } from './taken-role.ts'

/** Entitlement is computed anew: what the page once listed grants nothing. */
const entitledRole = (gateway: Gateway, login: Login, arn: string): ListedRole => {
  const role = listRoles(gateway, login.signIn.identity).find((listed) => listed.role.arn === arn)
  if (role) return role
  throw new GatewayError('role.not_granted', { found: arn.slice(0, 300), source: 'role' })
}

const durationOf = ({ maxSessionSeconds }: ListedRole, wanted: number | undefined): number => {
  const seconds = wanted ?? Math.min(roleDuration.default, maxSessionSeconds)
  if (Number.isInteger(seconds) && seconds >= roleDuration.min && seconds <= maxSessionSeconds) return seconds
  throw new GatewayError('role.duration_invalid', {
    expected: `${roleDuration.min} to ${maxSessionSeconds} seconds`,
    found: `${seconds}`,
    source: 'duration',
  })
}

interface Exchange {
  readonly role: ListedRole
  readonly durationSeconds: number
  readonly sessionName: string
}

/** A response of our own making: our key vouches, so everything in it has been decided here. */
const reissued = async (
  gateway: Gateway,
  { signIn }: Login,
  exchange: Exchange,
  provider: string,
): Promise<RoleRequest> => {
  if (!gateway.samlIssuer) throw new Error('a provider with reissued evidence needs the signing key')
  const { role, durationSeconds, sessionName } = exchange
  const providerArn = samlProviderArn(role.role.partition, role.role.account, provider)
  const samlResponse = await assertionForAws(
    gateway.samlIssuer,
    {
      identity: signIn.identity,
      role: role.role,
      providerArn,
      sessionName,
      durationSeconds,
      attributes: awsAttributesOf(signIn.identity.attributes),
    },
    gateway.now(),
  )
  return { kind: 'saml', roleArn: role.role.arn, durationSeconds, region: role.region, providerArn, samlResponse }
}

/** The provider's own token, as long as AWS will still take it. */
const original = (gateway: Gateway, { signIn: { evidence } }: Login, exchange: Exchange): RoleRequest => {
  if (evidence.kind !== 'web-identity') throw new Error('an OpenID login without an ID token')
  if (evidence.expiresAt <= gateway.now())
    throw new StsError('sts.evidence_stale', {
      expected: 'an ID token that has not expired',
      found: `one that expired at ${evidence.expiresAt.toISOString()}`,
      source: 'exp',
    })
  const { role, durationSeconds, sessionName } = exchange
  const { token } = evidence
  return { kind: 'web-identity', roleArn: role.role.arn, durationSeconds, region: role.region, sessionName, token }
}

const requestFor = async (gateway: Gateway, login: Login, exchange: Exchange): Promise<RoleRequest> => {
  const { exchange: how } = providerOf(gateway, login.signIn.identity.provider).settings
  return how.evidence === 'reissued'
    ? reissued(gateway, login, exchange, how.provider)
    : original(gateway, login, exchange)
}

/**
 * Exchanges the login for credentials of one role. Throws GatewayError (`role.not_granted`, `role.duration_invalid`)
 * or StsError; every outcome is in the audit log.
 */
export const takeRole = async (
  gateway: Gateway,
  login: Login,
  wanted: WantedRole,
  caller: Caller,
): Promise<TakenRole> => {
  try {
    const role = entitledRole(gateway, login, wanted.role)
    const exchange: Exchange = {
      role,
      durationSeconds: durationOf(role, wanted.durationSeconds),
      sessionName: sessionNameOf(gateway.settings.sessionName, login.signIn.identity),
    }
    const assumed = await gateway.sts.exchange(await requestFor(gateway, login, exchange))
    const taken = { ...assumed, ...exchange }
    auditExchange(gateway, login, taken, caller)
    return taken
  } catch (error) {
    auditDenied(gateway, 'exchange.denied', login, wanted, caller, error)
    throw error
  }
}
