/** What a provider sent and AWS never reads: no condition of a trust policy can use it. */
import { namesOf } from '../access/attribute-names.ts'
import type { PresentedEvidence } from '../access/preflight/facts.ts'
import { AWS_SAML_ATTRIBUTES, AWS_TOKEN_CLAIMS } from '../core/aws-attributes.ts'
import type { EvidenceToPresent } from './presented-evidence.ts'

export interface IgnoredClaim {
  readonly name: string
  readonly values: readonly string[]
}

/** Claims of the protocol: AWS checks them, and they do not describe the user. RFC 7519 4.1, OpenID Connect Core 2 */
const CHECKED: ReadonlySet<string> = new Set(['iss', 'aud', 'azp', 'exp', 'nbf', 'iat', 'jti', 'nonce'])

/** In the order in which the provider sent it. */
export function ignoredClaims(one: EvidenceToPresent, presented: PresentedEvidence): readonly IgnoredClaim[] {
  const used = usedNames(presented)
  const { original, provider } = one
  if (provider.exchange.evidence === 'reissued' || original.kind === 'saml') return ignoredAttributes(one, used)
  return Object.entries(original.claims)
    .filter(([name]) => !used.has(name) && !CHECKED.has(name) && !name.startsWith(AWS_TOKEN_CLAIMS))
    .map(([name, value]) => ({ name, values: [value].flat().map(textOf) }))
}

/** The names of attributes and claims that fill condition keys. */
function usedNames({ identity }: PresentedEvidence): ReadonlySet<string> {
  return new Set(
    identity.flatMap(({ source = '', values }) => (values.length > 0 ? source.replace(/^Attribute /, '') : [])),
  )
}

function ignoredAttributes({ identity: { attributes } }: EvidenceToPresent, used: ReadonlySet<string>): IgnoredClaim[] {
  return [...attributes]
    .filter(([name]) => !name.startsWith(AWS_SAML_ATTRIBUTES) && !namesOf(name).some((each) => used.has(each)))
    .map(([name, values]) => ({ name, values }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
