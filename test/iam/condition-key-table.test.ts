// biome-ignore-all lint/suspicious/noTemplateCurlyInString: AWS writes the key of a tag so
/**
 * Every row of the table, copied by hand from aws-facts B.1, C.1, C.2 and D.5, which cite the IAM User Guide on
 * condition keys and on SAML assertions: whether it can hold a list, where it may be used, and which attributes fill it.
 */
import { describe, expect, it } from 'vitest'
import { conditionKeyOf, conditionKeyTable } from '../../src/iam/condition-keys/condition-keys.ts'

type Row = readonly [key: string, holds: 'one' | 'list', usableIn: 'trust' | 'session' | 'both']

/** B.1: of the assertion itself. */
const elements: readonly Row[] = [
  ['saml:iss', 'one', 'trust'],
  ['saml:aud', 'one', 'trust'],
  ['saml:sub', 'one', 'both'],
  ['saml:sub_type', 'one', 'both'],
  ['saml:namequalifier', 'one', 'both'],
  ['saml:doc', 'one', 'trust'],
]

const EDU_PERSON = '1.3.6.1.4.1.5923.1.1.1'
const EDU_ORG = '1.3.6.1.4.1.5923.1.2.1'
const XMLSOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** B.1: key, whether it is a list, and the Names that fill it; an OID counts with `urn:oid:` before it and without. */
const attributes: readonly (readonly [key: string, holds: 'one' | 'list', ...names: string[]])[] = [
  ['saml:edupersonaffiliation', 'list', `${EDU_PERSON}.1`],
  ['saml:edupersonnickname', 'list', `${EDU_PERSON}.2`],
  ['saml:edupersonorgdn', 'one', `${EDU_PERSON}.3`],
  ['saml:edupersonorgunitdn', 'list', `${EDU_PERSON}.4`],
  ['saml:edupersonprimaryaffiliation', 'one', `${EDU_PERSON}.5`],
  ['saml:edupersonprincipalname', 'one', `${EDU_PERSON}.6`],
  ['saml:edupersonentitlement', 'list', `${EDU_PERSON}.7`],
  ['saml:edupersonprimaryorgunitdn', 'one', `${EDU_PERSON}.8`],
  ['saml:edupersonscopedaffiliation', 'list', `${EDU_PERSON}.9`],
  ['saml:edupersontargetedid', 'list', `${EDU_PERSON}.10`],
  ['saml:edupersonassurance', 'list', `${EDU_PERSON}.11`],
  ['saml:eduorghomepageuri', 'list', `${EDU_ORG}.2`],
  ['saml:eduorgidentityauthnpolicyuri', 'list', `${EDU_ORG}.3`],
  ['saml:eduorglegalname', 'list', `${EDU_ORG}.4`],
  ['saml:eduorgsuperioruri', 'list', `${EDU_ORG}.5`],
  ['saml:eduorgwhitepagesuri', 'list', `${EDU_ORG}.6`],
  ['saml:cn', 'list', '2.5.4.3'],
  ['saml:commonName', 'list', 'http://schemas.xmlsoap.org/claims/CommonName', '2.5.4.3'],
  ['saml:name', 'list', `${XMLSOAP}/name`],
  // 2.5.4.42 is the OID, 2.4.5.42 what AWS prints; so with the two of 0.9.2342 below.
  ['saml:givenName', 'list', `${XMLSOAP}/givenname`, '2.5.4.42', '2.4.5.42'],
  ['saml:surname', 'list', `${XMLSOAP}/surname`, '2.5.4.4'],
  ['saml:mail', 'list', `${XMLSOAP}/emailaddress`, '0.9.2342.19200300.100.1.3', '0.9.2342.19200300100.1.3'],
  ['saml:primaryGroupSID', 'list', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid'],
  ['saml:uid', 'list', '0.9.2342.19200300.100.1.1', '0.9.2342.19200300100.1.1'],
  ['saml:x500UniqueIdentifier', 'list', '2.5.4.45'],
  ['saml:organizationStatus', 'list', '0.9.2342.19200300.100.1.45'],
]

const COGNITO = 'cognito-identity.amazonaws.com'

/** C.1 and C.2: of what there is in the first call only aud, sub, amr and the ids live on in the session. */
const claims: readonly Row[] = [
  ['<issuer>:aud', 'one', 'both'],
  ['<issuer>:sub', 'one', 'both'],
  ['<issuer>:amr', 'list', 'both'],
  ['<issuer>:email', 'one', 'trust'],
  ['<issuer>:oaud', 'one', 'trust'],
  ['<issuer>:azp', 'one', 'trust'],
  [`${COGNITO}:aud`, 'one', 'both'],
  [`${COGNITO}:oaud`, 'one', 'trust'],
  [`${COGNITO}:sub`, 'one', 'both'],
  [`${COGNITO}:amr`, 'list', 'both'],
  ['www.amazon.com:app_id', 'one', 'both'],
  ['www.amazon.com:sub', 'one', 'both'],
  ['www.amazon.com:user_id', 'one', 'both'],
  ['graph.facebook.com:app_id', 'one', 'both'],
  ['graph.facebook.com:id', 'one', 'both'],
  ['accounts.google.com:aud', 'one', 'both'],
  ['accounts.google.com:oaud', 'one', 'trust'],
  ['accounts.google.com:sub', 'one', 'both'],
  ['accounts.google.com:amr', 'list', 'both'],
  ['accounts.google.com:email', 'one', 'trust'],
  ['accounts.google.com:google/organization_number', 'one', 'trust'],
  ['idcs-${OciUniqueIdentifier}.identity.oraclecloud.com:rpst_id', 'one', 'trust'],
  ['oidc.circleci.com/org/${OrgId}:oidc.circleci.com/project-id', 'one', 'trust'],
]

/** C.2: the Service Authorization Reference of STS, 2026; every one is a string, and none is there in the session. */
const perIssuer: Readonly<Record<string, readonly string[]>> = {
  'actor actor_id enterprise_id environment job_workflow_ref ref repository repository_id repository_owner_id workflow':
    [
      'token.actions.githubusercontent.com',
      'token.actions.githubusercontent.com/${SubPath}',
      'token.actions.${Domain}.ghe.com',
      'github.com/enterprises/${EnterpriseName}',
    ],
  'namespace_id pipeline_source project_id ref_protected runner_environment user_access_level user_email user_id user_login':
    ['gitlab.com'],
  'build_branch cluster_id cluster_name organization_id organization_slug pipeline_id pipeline_slug': [
    'agent.buildkite.com',
    'agent.${Domain}.buildkite.dev',
    'agent.${Domain}.buildkite.site',
  ],
}
const ofIssuers: readonly Row[] = Object.entries(perIssuer).flatMap(([names, issuers]) =>
  issuers.flatMap((issuer) => names.split(' ').map((name): Row => [`${issuer}:${name}`, 'one', 'trust'])),
)

/** D.5: of the session to be, of the caller and of the call. */
const others: readonly Row[] = [
  ['sts:RoleSessionName', 'one', 'trust'],
  ['sts:SourceIdentity', 'one', 'trust'],
  ['sts:TransitiveTagKeys', 'list', 'trust'],
  ['sts:ExternalId', 'one', 'trust'],
  ['sts:RoleAuthorizedByIdp', 'one', 'trust'],
  ['sts:RequestContextProviders', 'list', 'trust'],
  ['sts:RequestContext/${ContextKey}', 'one', 'trust'],
  ['aws:RequestTag/${TagKey}', 'one', 'both'],
  ['aws:TagKeys', 'list', 'both'],
  ['aws:PrincipalTag/${TagKey}', 'one', 'both'],
  ['aws:ResourceTag/${TagKey}', 'one', 'both'],
  ['iam:ResourceTag/${TagKey}', 'one', 'both'],
  ['aws:SourceIdentity', 'one', 'both'],
  ['aws:FederatedProvider', 'one', 'both'],
  ['aws:PrincipalArn', 'one', 'both'],
  ['aws:PrincipalAccount', 'one', 'both'],
  ['aws:PrincipalType', 'one', 'both'],
  ['aws:userid', 'one', 'both'],
  ['aws:username', 'one', 'both'],
  ['aws:TokenIssueTime', 'one', 'both'],
  ['aws:MultiFactorAuthPresent', 'one', 'both'],
  ['aws:MultiFactorAuthAge', 'one', 'both'],
  ['aws:SourceIp', 'one', 'both'],
  ['aws:SecureTransport', 'one', 'both'],
  ['aws:CurrentTime', 'one', 'both'],
  ['aws:EpochTime', 'one', 'both'],
  ['aws:UserAgent', 'one', 'both'],
  ['aws:RequestedRegion', 'one', 'both'],
  ['sts:AWSServiceName', 'one', 'session'],
  ['sts:DurationSeconds', 'one', 'session'],
  ['sts:IdentityTokenAudience', 'list', 'session'],
  ['sts:SigningAlgorithm', 'one', 'session'],
  ['sts:TaskPolicyArn', 'one', 'session'],
]

const rows: readonly Row[] = [
  ...elements,
  ...attributes.map(([key, holds]): Row => [key, holds, 'trust']),
  ...claims,
  ...ofIssuers,
  ...others,
]

const PLACES = { trust: ['trust'], session: ['session'], both: ['trust', 'session'] } as const

describe('A condition key', () => {
  it.each(rows)('%s holds %s and is usable in %s', (key, holds, usableIn) => {
    const row = conditionKeyTable.find((one) => one.key === key)
    expect(row).toMatchObject({ multi: holds === 'list', usableIn: PLACES[usableIn] })
    expect(row?.source).toMatch(/\w/)
  })

  it('a condition key is in the table when it is here, and only then', () => {
    expect(conditionKeyTable.map(({ key }) => key).toSorted()).toEqual(rows.map(([key]) => key).toSorted())
  })

  it.each(attributes)('%s (%s) is filled by attributes of these names and no others', (key, _, ...names) => {
    const spellings = names.flatMap((name) => (/^\d/.test(name) ? [name, `urn:oid:${name}`] : [name]))
    expect(conditionKeyOf(key)?.attributes.toSorted()).toEqual(spellings.toSorted())
  })

  it.each([...elements, ...claims, ...others])('%s is filled by no attribute', (key) => {
    expect(conditionKeyTable.find((one) => one.key === key)?.attributes).toEqual([])
  })
})
