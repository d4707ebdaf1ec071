/**
 * The ways in which the page breaks a message: a record by name, each with its text on the page and its change. Both
 * the gateway and the local AWS accept the unbroken message.
 */
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
import type { AttributeToIssue, ResponseToIssue } from '../../saml/issue.ts'

/** A message before it is signed and sent. */
export interface Draft {
  readonly response: ResponseToIssue
  readonly signedBy: 'provider' | 'stranger' | 'none'
  readonly issuedAt: Date
}

export interface Case {
  readonly title: string
  readonly what: string
  readonly change: (draft: Draft) => Draft
  /** The page shows the last response. */
  readonly times?: 2
}

export const AFFILIATION = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1'
const TEN_MINUTES_MS = 600_000

export const cases = {
  whole: {
    title: 'Nothing wrong',
    what: 'The message as it should be, for comparison.',
    change: (draft) => draft,
  },
  'wrong-audience': {
    title: 'Wrong audience',
    what: 'Its AudienceRestriction names another service.',
    change: (draft) => withResponse(draft, { audience: 'https://another-service.example/metadata' }),
  },
  expired: {
    title: 'Expired',
    what: 'It was issued ten minutes ago and was valid for five.',
    change: (draft) => ({ ...draft, issuedAt: new Date(draft.issuedAt.getTime() - TEN_MINUTES_MS) }),
  },
  unsigned: {
    title: 'Unsigned',
    what: 'The same content without a signature.',
    change: (draft) => ({ ...draft, signedBy: 'none' }),
  },
  'wrong-signer': {
    title: 'Wrong signer',
    what: 'Validly signed, but with a key that is not in the identity provider’s metadata.',
    change: (draft) => ({ ...draft, signedBy: 'stranger' }),
  },
  replayed: {
    title: 'Replayed',
    what: 'Sent twice; the second answers are shown. AWS accepts a message any number of times for five minutes.',
    change: (draft) => draft,
    times: 2,
  },
  'missing-tag-session': {
    title: 'Missing TagSession',
    what: 'It carries a session tag, and the role’s trust policy does not allow sts:TagSession. The gateway ignores the provider’s AWS attributes.',
    change: (draft) =>
      withAttributes(draft, (attribute) => attribute, [
        { name: `${awsSamlAttributes.principalTag}CostCenter`, values: ['4711'] },
      ]),
  },
  'wrong-group': {
    title: 'Wrong group',
    what: 'Valid, but the user is in no group that has a role: no roles at the gateway, no match in the trust policy.',
    change: (draft) =>
      withAttributes(draft, (attribute) =>
        attribute.name === 'groups' || attribute.name === AFFILIATION
          ? { ...attribute, values: ['visitor'] }
          : attribute,
      ),
  },
} as const satisfies Readonly<Record<string, Case>>

export type CaseName = keyof typeof cases

export function caseNamed(name: string): Case | undefined {
  return Object.hasOwn(cases, name) ? cases[name as CaseName] : undefined
}

function withResponse(draft: Draft, change: Partial<ResponseToIssue>): Draft {
  return {
    ...draft,
    response: { ...draft.response, ...change },
  }
}

function withAttributes(
  draft: Draft,
  change: (attribute: AttributeToIssue) => AttributeToIssue,
  further: readonly AttributeToIssue[] = [],
): Draft {
  return withResponse(draft, { attributes: [...draft.response.attributes.map(change), ...further] })
}
