/** Several roles in one request: entitlement and age of the sign-in once, and one outcome for each role. */
import { describe, expect, it, vi } from 'vitest'
import type { AuditEvent } from '../../src/audit/events.ts'
import { StsError } from '../../src/aws/errors.ts'
import { glob } from '../../src/core/patterns/glob.ts'
import { Secret } from '../../src/core/secret.ts'
import { takeRoles } from '../../src/gateway/roles/take-roles.ts'
import { oidcProvider } from './configured.ts'
import { beginLogin, gatewayWithUser, roleArn, signInAs } from './signed-in-user.ts'

const HOUR = 3600
const caller = { reference: 'reference', sourceIp: '192.0.2.1', userAgent: 'Browser/1' }
const duration = { durationSeconds: HOUR }
/** Of alg RS256: `{"alg":"RS256"}` and `{"sub":"alice"}`. */
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln'

/** A gateway that passes on an ID token of alice, issued now; `refused`: the role that AWS refuses. */
const gatewayWithToken = async (refused = '') => {
  const { gateway: parts, store, now, wait } = gatewayWithUser()
  const events: AuditEvent[] = []
  const exchange = vi.fn(async ({ roleArn: arn }: { readonly roleArn: string }) => {
    if (arn === refused) throw new StsError('sts.throttled')
    const expiration = new Date(now().getTime() + HOUR * 1000)
    const secrets = { secretAccessKey: new Secret('secret'), sessionToken: new Secret('token') }
    return {
      credentials: { accessKeyId: 'ASIAEXAMPLE', ...secrets, expiration },
      assumedRoleArn: arn,
      requestId: undefined,
      packedPolicySize: undefined,
      sourceIdentity: undefined,
    }
  })
  const audit = {
    record: async (event: AuditEvent) => {
      events.push(event)
      return event.referenceId
    },
    mustBeWritable: () => undefined,
  }
  const match = '*:role/Audit'
  const ofAudit = { match, pattern: glob(match), maxAuthAgeSeconds: 2 * HOUR, sessionPolicyArns: [] }
  const provider = {
    ...oidcProvider('corp', { exchange: { via: 'web-identity', evidence: 'original' } }),
    relyingParty: { refresh: () => Promise.reject(new Error('there is no refresh token')) },
  }
  const gateway = {
    ...parts,
    settings: { ...parts.settings, roles: [ofAudit] },
    providers: new Map([['corp', provider]]),
    audit,
    sts: { exchange },
  }
  const signIn = {
    ...signInAs({ protocol: 'oidc' }, now()),
    evidence: {
      kind: 'web-identity' as const,
      token: new Secret(TOKEN),
      issuedAt: now(),
      expiresAt: new Date(now().getTime() + 4 * HOUR * 1000),
    },
  }
  return { gateway, exchange, events, wait, login: await beginLogin(store, now, signIn, 8 * HOUR) }
}

describe('takeRoles', () => {
  it('gives each role an outcome of its own, in the order asked for', async () => {
    const { gateway, login } = await gatewayWithToken(roleArn('Ops'))
    const roles = [roleArn('Dev'), roleArn('Ops'), roleArn('Nobody')] as const
    const result = await takeRoles(gateway, login, { roles, ...duration }, caller)
    expect(result).toMatchObject({
      kind: 'several',
      outcomes: [
        { kind: 'taken', arn: roles[0], taken: { role: { arn: roles[0], name: 'Dev' } } },
        { kind: 'refused', arn: roles[1], role: { name: 'Ops' }, error: { code: 'sts.throttled' } },
        { kind: 'refused', arn: roles[2], role: undefined, error: { code: 'role.not_granted' } },
      ],
    })
  })

  it('computes the entitlement once for all roles, refused ones included', async () => {
    const { gateway, login } = await gatewayWithToken()
    const access = vi.fn(() => gateway.settings.access)
    const settings = Object.defineProperty({ ...gateway.settings }, 'access', { get: access })
    const roles = [roleArn('Dev'), roleArn('Ops'), roleArn('Nobody'), roleArn('Audit')] as const
    await takeRoles({ ...gateway, settings }, login, { roles, ...duration }, caller)
    expect(access).toHaveBeenCalledTimes(1)
  })

  it('throws the refusal of a single role, and records it', async () => {
    const { gateway, login, events } = await gatewayWithToken()
    const taking = takeRoles(gateway, login, { roles: [roleArn('Nobody')], ...duration }, caller)
    await expect(taking).rejects.toMatchObject({ code: 'role.not_granted' })
    expect(events).toMatchObject([{ eventName: 'exchange.denied', errorCode: 'role.not_granted' }])
  })

  it('takes nothing where one of the roles needs a more recent sign-in', async () => {
    const { gateway, login, exchange, events, wait } = await gatewayWithToken()
    wait(3 * HOUR)
    const asked = { roles: [roleArn('Dev'), roleArn('Audit')] as const, ...duration }
    expect(await takeRoles(gateway, login, asked, caller)).toEqual({ kind: 'reauthenticate-first' })
    expect(exchange).not.toHaveBeenCalled()
    expect(events).toEqual([])
  })

  it('takes nothing where AWS would no longer accept the evidence', async () => {
    const { gateway, login, exchange, wait } = await gatewayWithToken()
    wait(4 * HOUR)
    expect(await takeRoles(gateway, login, { roles: [roleArn('Dev')], ...duration }, caller)).toEqual({
      kind: 'reauthenticate-first',
    })
    expect(exchange).not.toHaveBeenCalled()
  })

  it('takes a role that asks for a recent sign-in while the sign-in is recent', async () => {
    const { gateway, login, wait } = await gatewayWithToken()
    wait(HOUR)
    const result = await takeRoles(gateway, login, { roles: [roleArn('Audit')], ...duration }, caller)
    expect(result).toMatchObject({ kind: 'one', taken: { role: { name: 'Audit', maxAuthAgeSeconds: 2 * HOUR } } })
  })
})
