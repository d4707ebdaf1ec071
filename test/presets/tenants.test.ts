/** Logout notices of Entra ID, where the users of several tenants sign in: each names the issuer of its tenant. */
import { describe, expect, it } from 'vitest'
import { createRelyingParty } from '../../src/oidc/relying-party.ts'
import { settingsFor } from '../oidc/login-attempt.ts'
import { TENANT } from './published.ts'

const party = createRelyingParty(
  settingsFor('https://login.microsoftonline.com/organizations/v2.0', {
    issuerTemplate: 'https://login.microsoftonline.com/{tenantid}/v2.0',
  }),
)
const noticeOf = (iss: string) => party.checkFrontchannelLogout(new URLSearchParams({ iss, sid: 'session-1' }))

describe('a front-channel logout of a tenant', () => {
  it('a front-channel logout of a tenant names its session', () => {
    expect(noticeOf(`https://login.microsoftonline.com/${TENANT}/v2.0`)).toEqual({ sid: 'session-1' })
  })

  it.each([
    'https://login.microsoftonline.com/{tenantid}/v2.0',
    'https://login.microsoftonline.com/organizations/v2.0',
    `https://login.microsoftonline.com/${TENANT}/v2.0/`,
    `https://login.microsoftonline.com.example/${TENANT}/v2.0`,
    `https://login.microsoftonline.com/x/../${TENANT}/v2.0`,
    '',
  ])('a front-channel logout of another issuer is refused: %s', (iss) => {
    expect(() => noticeOf(iss)).toThrow(expect.objectContaining({ code: 'oidc.logout_issuer_mismatch' }))
  })
})
