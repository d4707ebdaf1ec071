import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/core/verdict.ts'
import {
  roleAuthorizedByIdp,
  samlContext,
  sessionContext,
  unsignedCallContext,
  webIdentityContext,
} from '../../src/iam/condition-keys/condition-keys.ts'
import { type ContextValue, list, requestContext, single } from '../../src/iam/condition-keys/context.ts'
import { type Decision, evaluate } from '../../src/iam/evaluate.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'
import type { Principal } from '../../src/iam/principals.ts'
import { unverifiedAssumptions } from '../../src/iam/unverified-assumptions.ts'
import { ACTION, document, SAML_PROVIDER, statement } from './support.ts'

interface Asked {
  readonly principal?: Principal
  readonly action?: string
  readonly context?: readonly ContextValue[]
}

const ask = (policy: unknown, asked: Asked, mode: 'apply' | 'unknown'): Decision => {
  const { principal = { federated: SAML_PROVIDER }, action = ACTION, context = [] } = asked
  const request = { principal, action, context: requestContext(context) }
  return evaluate(parseTrustPolicy(policy), request, { unconfirmed: mode })
}

const allowIf = (Condition: unknown) => document(statement({ Condition }))
const denyIf = (Condition: unknown) => document(statement(), statement({ Effect: 'Deny', Condition }))

const EMAIL = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'

const assertion = (attributes: Readonly<Record<string, readonly string[]>>, format?: string) =>
  samlContext({
    issuer: 'https://idp.example',
    recipient: 'https://signin.aws.amazon.com/saml',
    nameId: { value: 'alice', ...(format === undefined ? {} : { format }) },
    attributes: new Map(Object.entries(attributes)),
    providerArn: SAML_PROVIDER,
  })

const token = (issuer: string, audience: string, claims: Readonly<Record<string, unknown>>) =>
  webIdentityContext({ issuer, subject: 's', audience, claims })

const session = sessionContext({
  roleSessionName: 'alice',
  sourceIdentity: undefined,
  tags: new Map([['Team', 'red']]),
  transitiveTagKeys: [],
})

const call = unsignedCallContext({
  now: new Date('2026-11-22T00:00:00Z'),
  sourceIp: '203.0.113.7',
  secureTransport: true,
  userAgent: undefined,
  region: 'eu-central-1',
})

const TARGETED_ID = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.10'
const GROUP_SID = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid'
const TENANT = 'arn:aws:iam::111122223333:oidc-provider/tenant.example'

/** What is applied, where it decides; and the fact that the answer then hangs on (its section beside it in the table). */
const deciding: readonly (readonly [
  fact: keyof typeof unverifiedAssumptions,
  policy: unknown,
  asked: Asked,
  applied: string,
])[] = [
  ['anyoneFederated', document(statement({ Principal: '*' })), {}, 'allow'],
  [
    'anyoneFederated',
    document(statement(), statement({ Effect: 'Deny', Principal: { AWS: '*' } })),
    {},
    'explicit-deny',
  ],
  [
    'listWithoutSetOperator',
    allowIf({ StringEquals: { 'saml:cn': 'a' } }),
    { context: [list('saml:cn', ['a', 'b'])] },
    'implicit-deny',
  ],
  [
    'listWithoutSetOperator',
    denyIf({ StringEquals: { 'saml:cn': 'a' } }),
    { context: [list('saml:cn', ['a', 'b'])] },
    'explicit-deny',
  ],
  [
    'forAnyValueIfExists',
    allowIf({ 'ForAnyValue:StringEqualsIfExists': { 'saml:cn': 'a' } }),
    { context: [] },
    'implicit-deny',
  ],
  ['forAnyValueIfExists', denyIf({ 'ForAnyValue:StringLikeIfExists': { 'saml:cn': 'a' } }), {}, 'allow'],
  ['emptyIsNull', allowIf({ Null: { 'saml:cn': 'false' } }), { context: [list('saml:cn', [''])] }, 'implicit-deny'],
  [
    'valueBesideNull',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
    allowIf({ StringEquals: { 'saml:sub': ['alice', '${saml:mail}'] } }),
    { context: [single('saml:sub', 'alice')] },
    'allow',
  ],
  [
    'valueBesideNull',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
    denyIf({ StringLike: { 'saml:sub': ['al*', '${saml:mail}'] } }),
    { context: [single('saml:sub', 'alice')] },
    'explicit-deny',
  ],
  [
    'variableOfList',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
    denyIf({ StringNotEquals: { 'saml:sub': '${saml:cn}' } }),
    { context: [single('saml:sub', 'alice'), list('saml:cn', ['bob', 'alice'])] },
    'explicit-deny',
  ],
  [
    'severalAttributes',
    allowIf({ 'ForAnyValue:StringEquals': { 'saml:mail': 'a@example.com' } }),
    { context: assertion({ [EMAIL]: ['a@example.com'], 'urn:oid:0.9.2342.19200300.100.1.3': ['b@example.com'] }) },
    'allow',
  ],
  [
    'nestedTargetedId',
    allowIf({ 'ForAnyValue:StringEquals': { 'saml:edupersontargetedid': 'x' } }),
    { context: assertion({ [TARGETED_ID]: ['x'] }) },
    'allow',
  ],
  [
    'groupSidAsUid',
    allowIf({ 'ForAnyValue:StringEquals': { 'saml:uid': 'S-1-5-21-513' } }),
    { context: assertion({ [GROUP_SID]: ['S-1-5-21-513'] }) },
    'implicit-deny',
  ],
  ['missingFormat', allowIf({ StringLike: { 'saml:sub_type': '*unspecified' } }), { context: assertion({}) }, 'allow'],
  [
    'issuerSlash',
    allowIf({ StringEquals: { 'tenant.example:aud': 'app' } }),
    { context: token('https://tenant.example/', 'app', { aud: 'app' }) },
    'allow',
  ],
  [
    'issuerSlash',
    allowIf({ StringEquals: { 'tenant.example/:aud': 'app', 'tenant.example/:sub': 's' } }),
    { context: token('https://tenant.example/', 'app', { aud: 'app' }) },
    'implicit-deny',
  ],
  [
    'issuerSlash',
    document(statement({ Principal: { Federated: `${TENANT}/` } })),
    { principal: { federated: TENANT }, context: token('https://tenant.example/', 'app', { aud: 'app' }) },
    'implicit-deny',
  ],
  [
    'googleOrganization',
    allowIf({ NumericEquals: { 'accounts.google.com:google/organization_number': '123' } }),
    { context: token('https://accounts.google.com', 'app', { aud: 'app', google: { organization_number: 123 } }) },
    'allow',
  ],
  [
    'googleOrganization',
    allowIf({ NumericEquals: { 'accounts.google.com:google/organization_number': '123' } }),
    { context: token('https://accounts.google.com', 'app', { aud: 'app', 'google:organization_number': '123' }) },
    'allow',
  ],
  [
    'rolesClaimAbsent',
    allowIf({ Bool: { 'sts:RoleAuthorizedByIdp': 'false' } }),
    { context: [roleAuthorizedByIdp({}, 'arn:aws:iam::111122223333:role/Dev')] },
    'allow',
  ],
  [
    'principalTagAtFirst',
    allowIf({ StringEquals: { 'aws:PrincipalTag/Team': 'red' } }),
    { context: session },
    'implicit-deny',
  ],
  [
    'principalTagAtFirst',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
    allowIf({ StringEquals: { 'aws:RequestTag/Team': '${aws:PrincipalTag/Team}' } }),
    { context: session },
    'implicit-deny',
  ],
  ['federatedProviderAtFirst', allowIf({ Null: { 'aws:FederatedProvider': 'true' } }), {}, 'allow'],
  ['callerIds', allowIf({ StringEquals: { 'aws:userid': 'anonymous' } }), { context: call }, 'allow'],
]

describe('An unconfirmed assumption', () => {
  it.each(deciding)('%s decides, so that the answer is unknown: %j', (fact, policy, asked, applied) => {
    expect(ask(policy, asked, 'apply').effect).toBe(applied)
    const { effect, verdict } = ask(policy, asked, 'unknown')
    expect(effect).toBe('unknown')
    expect(outcomeOf(verdict)).toBe('unknown')
    expect(verdict.find(({ outcome, source }) => outcome === 'unknown' && source)?.found).toContain(
      unverifiedAssumptions[fact].what,
    )
  })

  it('every unconfirmed assumption is tested above', () => {
    expect(new Set(deciding.map(([fact]) => fact))).toEqual(new Set(Object.keys(unverifiedAssumptions)))
  })
})

it('Two facts may decide only together', () => {
  const context = assertion({ [EMAIL]: ['a@example.com'], 'urn:oid:0.9.2342.19200300.100.1.3': ['b@example.com', 'c'] })
  const policy = allowIf({ StringEquals: { 'saml:mail': 'b@example.com' } })
  expect(ask(policy, { context }, 'unknown').effect).toBe('unknown')
})

it('Of two facts the one is named that decides', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
  const Condition = { StringLikeIfExists: { 'aws:RequestTag/team': ['r*', '${aws:userid}'] } }
  const { verdict } = ask(allowIf(Condition), { context: [...session, ...call] }, 'unknown')
  expect(verdict.find(({ outcome }) => outcome === 'unknown')?.found).toContain(unverifiedAssumptions.callerIds.what)
})

/** The same facts, where the other reading of them would come to the same. */
const indifferent: readonly (readonly [title: string, policy: unknown, asked: Asked, effect: string])[] = [
  [
    'a slash in a policy about an issuer that ends in none',
    document(statement({ Principal: { Federated: `${TENANT}/` } })),
    { principal: { federated: TENANT }, context: token('https://tenant.example', 'app', { aud: 'app' }) },
    'implicit-deny',
  ],
  [
    'a slash in a key of an issuer that ends in one, with another value',
    allowIf({ StringEquals: { 'tenant.example/:aud': 'other' } }),
    { context: token('https://tenant.example/', 'app', { aud: 'app' }) },
    'implicit-deny',
  ],
  ['"*" beside the provider itself', document(statement({ Principal: '*' }), statement()), {}, 'allow'],
  [
    'a variable without a value under a negated operator',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
    denyIf({ StringNotEquals: { 'saml:sub': ['bob', '${saml:mail}'] } }),
    { context: [single('saml:sub', 'alice')] },
    'explicit-deny',
  ],
  [
    'a variable without a value, and no other value that matches',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: policy variables are written so
    allowIf({ StringEquals: { 'saml:sub': ['bob', '${saml:mail}'] } }),
    { context: [single('saml:sub', 'alice')] },
    'implicit-deny',
  ],
  [
    'ForAnyValue with IfExists, where the key is there',
    allowIf({ 'ForAnyValue:StringEqualsIfExists': { 'saml:cn': 'a' } }),
    { context: [list('saml:cn', ['a'])] },
    'allow',
  ],
  [
    'an empty text under ForAllValues, of which the user guide speaks',
    allowIf({ 'ForAllValues:StringEquals': { 'saml:cn': 'a' } }),
    { context: [list('saml:cn', [''])] },
    'allow',
  ],
  ['a wildcard in the action', document(statement({ Action: 'sts:AssumeRole*' })), {}, 'allow'],
  [
    'a wildcard in NotAction',
    document({ ...statement({ NotAction: 'sts:AssumeRoleWith*' }), Action: undefined }),
    {},
    'implicit-deny',
  ],
  [
    'a number without quotes',
    allowIf({ StringEquals: { 'saml:sub': 4711 } }),
    { context: [single('saml:sub', '4711')] },
    'allow',
  ],
  [
    'the case of a tag within its key',
    allowIf({ StringEquals: { 'aws:RequestTag/team': 'red' } }),
    { context: session },
    'allow',
  ],
  [
    'an Allow and a Deny of everybody: one way the Deny applies, the other way the Allow does not',
    document(statement({ Principal: '*' }), statement({ Effect: 'Deny', Principal: { AWS: '*' } })),
    {},
    'explicit-deny',
  ],
  ['a wildcard beside the full name', document(statement({ Action: ['sts:*', ACTION] })), {}, 'allow'],
  ['a wildcard that covers nothing of this', document(statement({ Action: 'sts:Tag*' })), {}, 'implicit-deny'],
  [
    'a list of one value without set operator',
    allowIf({ StringEquals: { 'saml:cn': 'a' } }),
    { context: [list('saml:cn', ['a'])] },
    'allow',
  ],
  [
    'a list without set operator, none of it meant',
    allowIf({ StringEquals: { 'saml:cn': 'c' } }),
    { context: [list('saml:cn', ['a', 'b'])] },
    'implicit-deny',
  ],
  [
    'a number for a number',
    allowIf({ NumericEquals: { 'saml:sub': 5 } }),
    { context: [single('saml:sub', '5')] },
    'allow',
  ],
  ['a boolean for a Bool', allowIf({ Bool: { 'aws:SecureTransport': true } }), { context: call }, 'allow'],
  ['a tag in its own case', allowIf({ StringEquals: { 'aws:RequestTag/Team': 'red' } }), { context: session }, 'allow'],
  [
    'two attributes that say the same',
    allowIf({ 'ForAnyValue:StringEquals': { 'saml:mail': 'a@example.com' } }),
    { context: assertion({ [EMAIL]: ['a@example.com'], 'urn:oid:0.9.2342.19200300.100.1.3': ['a@example.com'] }) },
    'allow',
  ],
  [
    'two attributes, both among those wanted',
    allowIf({ 'ForAnyValue:StringLike': { 'saml:mail': '*@example.com' } }),
    { context: assertion({ [EMAIL]: ['a@example.com'], 'urn:oid:0.9.2342.19200300.100.1.3': ['b@example.com'] }) },
    'allow',
  ],
  [
    'azp that is aud',
    allowIf({ StringEquals: { 'op.example:aud': 'app' } }),
    { context: token('https://op.example', 'app', { aud: ['api', 'app'], azp: 'app' }) },
    'allow',
  ],
  [
    'azp of any issuer (C.1)',
    allowIf({ StringEquals: { 'op.example:aud': 'app', 'op.example:oaud': 'api' } }),
    { context: token('https://op.example', 'app', { aud: 'api', azp: 'app' }) },
    'allow',
  ],
  [
    'azp at Google (C.1)',
    allowIf({ StringEquals: { 'accounts.google.com:aud': 'app' } }),
    { context: token('https://accounts.google.com', 'app', { aud: 'api', azp: 'app' }) },
    'allow',
  ],
  [
    'a claim that a generic issuer never exposes (C.2)',
    allowIf({ StringEquals: { 'op.example:groups': 'admin' } }),
    { context: token('https://op.example', 'app', { aud: 'app', groups: 'admin' }) },
    'implicit-deny',
  ],
  [
    'a tag that is not passed either',
    allowIf({ StringEquals: { 'aws:PrincipalTag/Other': 'red' } }),
    { context: session },
    'implicit-deny',
  ],
  [
    'a Format that is there',
    allowIf({ StringEquals: { 'saml:sub_type': 'persistent' } }),
    {
      context: assertion({}, 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'),
    },
    'allow',
  ],
]

it.each(indifferent)('It does not matter, and the answer is certain: %s', (_, policy, asked, effect) => {
  expect(ask(policy, asked, 'unknown').effect).toBe(effect)
})

describe('Doubt and certainty together', () => {
  const doubtful = { StringEquals: { 'saml:cn': 'a' } }
  const context = [list('saml:cn', ['a', 'b'])]
  const doubtfulAllow = statement({ Sid: 'Perhaps', Condition: doubtful })
  const doubtfulDeny = statement({ Sid: 'PerhapsNot', Effect: 'Deny', Condition: doubtful })
  const deny = statement({ Effect: 'Deny' })
  const falseInPart = statement({ Condition: { ...doubtful, Null: { 'saml:cn': 'true' } } })

  it.each([
    ['a certain Allow is not spoilt by a doubtful one', [statement(), doubtfulAllow], 'allow'],
    ['a certain Deny decides over a doubtful Allow', [doubtfulAllow, deny], 'explicit-deny'],
    ['a certain Deny decides over a doubtful Deny', [statement(), doubtfulDeny, deny], 'explicit-deny'],
    ['a doubtful Deny leaves an Allow in doubt', [statement(), doubtfulDeny], 'unknown'],
    ['a doubtful Deny is no matter where nothing allows', [doubtfulDeny], 'implicit-deny'],
    ['a doubtful Allow leaves it in doubt', [doubtfulAllow], 'unknown'],
    ['a doubtful Deny leaves a doubtful Allow in doubt', [doubtfulAllow, doubtfulDeny], 'unknown'],
    ['a doubtful condition beside one that surely fails is no matter', [falseInPart], 'implicit-deny'],
  ])('Doubt and certainty together: %s', (_, statements, effect) => {
    expect(ask(document(...statements), { context }, 'unknown').effect).toBe(effect)
  })

  it('names the Deny in doubt', () => {
    const { statement: found, verdict } = ask(document(statement(), doubtfulDeny), { context }, 'unknown')
    expect(found?.sid).toBe('PerhapsNot')
    expect(verdict[0]).toMatchObject({ name: 'Statement[1] (PerhapsNot)', found: 'a Deny that may apply' })
  })
})
