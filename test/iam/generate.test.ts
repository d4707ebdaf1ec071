import { describe, expect, it } from 'vitest'
import { single } from '../../src/iam/condition-keys/context.ts'
import { samlTrustStatement, trustPolicy, webIdentityTrustStatement } from '../../src/iam/generate.ts'
import { decide, SAML_PROVIDER } from './support.ts'

const RECIPIENT = 'https://signin.aws.amazon.com/saml'
const OIDC_PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/127.0.0.1:8083'

describe('The trust policy for a SAML provider', () => {
  const policy = trustPolicy([samlTrustStatement({ providerArn: SAML_PROVIDER, recipient: RECIPIENT })])
  const context = [single('saml:aud', RECIPIENT)]

  it('admits its provider with its recipient', () => {
    expect(decide(policy, { context }).effect).toBe('allow')
  })

  it.each([
    ['another provider', { context, federated: 'arn:aws:iam::111122223333:saml-provider/other' }],
    ['another recipient', { context: [single('saml:aud', 'https://gateway/acs')] }],
    ['no recipient', { context: [] }],
    ['another action', { context, action: 'sts:AssumeRoleWithWebIdentity' }],
    ['session tags', { context, action: 'sts:TagSession' }],
  ])('refuses %s', (_, asked) => {
    expect(decide(policy, asked).effect).toBe('implicit-deny')
  })

  it('permits tags and source identity where they are wanted', () => {
    const wanted = { providerArn: SAML_PROVIDER, recipient: RECIPIENT, sessionTags: true, sourceIdentity: true }
    const generous = trustPolicy([samlTrustStatement(wanted)])
    expect(decide(generous, { context, action: 'sts:TagSession' }).effect).toBe('allow')
    expect(decide(generous, { context, action: 'sts:SetSourceIdentity' }).effect).toBe('allow')
  })
})

describe('The trust policy for an OpenID provider', () => {
  const policy = trustPolicy([
    webIdentityTrustStatement({
      providerArn: OIDC_PROVIDER,
      issuer: 'http://127.0.0.1:8083',
      audience: 'fedgate',
      subject: ['alice', 'bob'],
    }),
  ])
  const asked = (aud: string, sub: string) => ({
    federated: OIDC_PROVIDER,
    action: 'sts:AssumeRoleWithWebIdentity',
    context: [single('127.0.0.1:8083:aud', aud), single('127.0.0.1:8083:sub', sub)],
  })

  it('admits its audience and subjects', () => {
    expect(decide(policy, asked('fedgate', 'bob')).effect).toBe('allow')
  })

  it.each([
    ['audience', asked('other', 'alice')],
    ['subject', asked('fedgate', 'carol')],
  ])('refuses another %s', (_, request) => {
    expect(decide(policy, request).effect).toBe('implicit-deny')
  })
})
