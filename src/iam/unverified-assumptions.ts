/**
 * All assumptions about policy evaluation that AWS has not confirmed. evaluate() uses `applied`; asked for certainty it
 * answers `unknown` if the alternative would change the outcome. Error messages are not included: they decide nothing.
 * Sections are those of aws-facts.
 */
import { nameIdFormats } from '../core/identity.ts'

export interface UnverifiedAssumption {
  readonly id: string
  /** What is not known. */
  readonly what: string
  /** The value that evaluate() assumes. */
  readonly applied: string
  readonly section: string
}

export const unverifiedAssumptions = {
  anyoneFederated: {
    id: 'anyoneFederated',
    what: 'whether the principal "*" admits callers that an identity provider vouches for',
    applied: 'it does',
    section: 'E.1',
  },
  listWithoutSetOperator: {
    id: 'listWithoutSetOperator',
    what: 'what a key with several values does under an operator without ForAnyValue or ForAllValues',
    applied: 'an Allow never matches, a Deny matches when one value does',
    section: 'E.4',
  },
  forAnyValueIfExists: {
    id: 'forAnyValueIfExists',
    what: 'whether ForAnyValue with IfExists holds if the key is absent',
    applied: 'it does not',
    section: 'E.4',
  },
  emptyIsNull: {
    id: 'emptyIsNull',
    what: 'whether Null counts a key as absent if its only value is an empty text',
    applied: 'it does, as ForAllValues and ForAnyValue do',
    section: 'E.4',
  },
  valueBesideNull: {
    id: 'valueBesideNull',
    what: 'whether a value can match if it is listed with a policy variable that has no value',
    applied: 'it can',
    section: 'D.6',
  },
  variableOfList: {
    id: 'variableOfList',
    what: 'what replaces a policy variable whose key has a list of values',
    applied: 'nothing: it has no value',
    section: 'D.6',
  },
  severalAttributes: {
    id: 'severalAttributes',
    what: 'which attribute fills a key that several of them could fill',
    applied: 'the first in the assertion',
    section: 'B.1',
  },
  nestedTargetedId: {
    id: 'nestedTargetedId',
    what: 'whether the NameID inside an eduPersonTargetedID counts as its value',
    applied: 'it does, by its text',
    section: 'B.1',
  },
  groupSidAsUid: {
    id: 'groupSidAsUid',
    what: 'whether the claim primarygroupsid fills saml:uid, as an AWS page says',
    applied: 'it does not',
    section: 'B.1',
  },
  missingFormat: {
    id: 'missingFormat',
    what: 'what saml:sub_type is when the NameID has no Format',
    applied: nameIdFormats.unspecified,
    section: 'B.3',
  },
  issuerSlash: {
    id: 'issuerSlash',
    what: "whether an issuer that ends in a slash keeps it in its provider's ARN and at the beginning of its keys",
    applied: 'it does not, as an AWS page says; policies in use elsewhere keep it',
    section: 'C.1',
  },
  googleOrganization: {
    id: 'googleOrganization',
    what: 'which claim of a token of Google fills accounts.google.com:google/organization_number',
    applied: "google:organization_number, as AWS's page has it, else organization_number in the claim google",
    section: 'C.2',
  },
  rolesClaimAbsent: {
    id: 'rolesClaimAbsent',
    what: 'what sts:RoleAuthorizedByIdp is if the token has no claim https://aws.amazon.com/roles',
    applied: 'false',
    section: 'C.7',
  },
  principalTagAtFirst: {
    id: 'principalTagAtFirst',
    what: 'whether session tags are already aws:PrincipalTag while the role is being assumed',
    applied: 'they are aws:RequestTag only',
    section: 'D.5',
  },
  federatedProviderAtFirst: {
    id: 'federatedProviderAtFirst',
    what: 'whether aws:FederatedProvider is already present while the role is being assumed',
    applied: 'it is not',
    section: 'D.5',
  },
  callerIds: {
    id: 'callerIds',
    what: 'what aws:userid and aws:username hold',
    applied: 'aws:userid is present for every caller (anonymous for unsigned calls), aws:username only for users',
    section: 'D.5',
  },
} as const satisfies Readonly<Record<string, UnverifiedAssumption>>

/** The same for documents: what IAM probably refuses is refused here, so no evaluation depends on it. */
export const unconfirmedRefusals: readonly string[] = [
  'an operator in another case, such as `stringequals`',
  '`{"Federated": "*"}`',
]
