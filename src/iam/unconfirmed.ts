/**
 * What nobody outside AWS has confirmed about how a policy is evaluated: the one place where it stands. evaluate() goes
 * by `applied`; asked for certainty it answers `unknown` where the outcome would differ the other way round. Texts of
 * errors are not in it: they decide nothing. Sections are those of aws-sts-semantics.
 */

export interface UnconfirmedFact {
  readonly id: string
  /** What is not known. */
  readonly what: string
  /** What evaluate() takes for true. */
  readonly applied: string
  readonly section: string
}

export const unconfirmed = {
  anyoneFederated: {
    id: 'anyoneFederated',
    what: 'whether the principal "*" admits callers for whom an identity provider vouches',
    applied: 'it does',
    section: 'E.1',
  },
  wildcardActions: {
    id: 'wildcardActions',
    what: 'whether wildcards in the actions of a trust policy cover the federated calls',
    applied: 'they do',
    section: 'E.1',
  },
  notPrincipalAccount: {
    id: 'notPrincipalAccount',
    what: 'whether a NotPrincipal spares a user or role whose account it does not name, or a session whose role it does not',
    applied: 'it does not',
    section: 'E.1',
  },
  listWithoutSetOperator: {
    id: 'listWithoutSetOperator',
    what: 'what a key with several values does under an operator without ForAnyValue or ForAllValues',
    applied: 'an Allow never matches, a Deny matches when one value does',
    section: 'E.4',
  },
  unquotedValues: {
    id: 'unquotedValues',
    what: 'whether a number or boolean without quotes is compared as its text',
    applied: 'it is',
    section: 'E.4',
  },
  tagKeyCase: {
    id: 'tagKeyCase',
    what: 'whether the name of a tag within a condition key is compared without regard to case',
    applied: 'it is',
    section: 'E.4',
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
    what: 'whether the claim primarygroupsid fills saml:uid, as a page of AWS has it',
    applied: 'it does not',
    section: 'B.1',
  },
  missingFormat: {
    id: 'missingFormat',
    what: 'what saml:sub_type is when the NameID has no Format',
    applied: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
    section: 'B.3',
  },
  authorizedParty: {
    id: 'authorizedParty',
    what: 'whether azp takes the place of aud for providers other than Google',
    applied: 'it does',
    section: 'C.4',
  },
  issuerSlash: {
    id: 'issuerSlash',
    what: "whether an issuer that ends in a slash keeps it in its provider's ARN and at the beginning of its keys",
    applied: "it does not, as a page of AWS's has it; policies in use elsewhere keep it",
    section: 'C.1',
  },
  newerClaims: {
    id: 'newerClaims',
    what: 'which further claims of Google, CircleCI and Oracle Cloud became condition keys in 2026',
    applied: 'none',
    section: 'C.2',
  },
  principalTagAtFirst: {
    id: 'principalTagAtFirst',
    what: 'whether session tags are aws:PrincipalTag already while the role is being taken',
    applied: 'they are aws:RequestTag only',
    section: 'D.5',
  },
  federatedProviderAtFirst: {
    id: 'federatedProviderAtFirst',
    what: 'whether aws:FederatedProvider is there already while the role is being taken',
    applied: 'it is not',
    section: 'D.5',
  },
  callerIds: {
    id: 'callerIds',
    what: 'what aws:userid and aws:username hold',
    applied: 'aws:userid is there for everybody (anonymous for unsigned calls), aws:username for users only',
    section: 'D.5',
  },
} as const satisfies Readonly<Record<string, UnconfirmedFact>>

/** The same of documents: what IAM is thought to refuse is refused here, so that no evaluation comes to hang on it. */
export const unconfirmedRefusals: readonly string[] = [
  'an operator in another case, such as `stringequals`',
  '`{"Federated": "*"}`',
]
