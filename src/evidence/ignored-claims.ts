/** What a provider said and AWS never looks at: no condition of a trust policy can ask for it. */
import { namesOf } from '../access/attribute-names.ts'
import type { PresentedEvidence } from '../access/preflight/facts.ts'
import type { EvidenceToPresent } from './presented-evidence.ts'

export interface IgnoredClaim {
  readonly name: string
  readonly values: readonly string[]
}

const AWS_ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/'
const AWS_CLAIMS = 'https://aws.amazon.com/'

/** Of the protocol: AWS checks them, and they say nothing of the person. RFC 7519 4.1, OpenID Connect Core 2 */
const CHECKED: ReadonlySet<string> = new Set(['iss', 'aud', 'azp', 'exp', 'nbf', 'iat', 'jti', 'nonce'])

/** In the order in which the provider said it. */
export function ignoredClaims(one: EvidenceToPresent, shown: PresentedEvidence): readonly IgnoredClaim[] {
  const used = usedNames(shown)
  const { words, settings } = one
  if (settings.exchange.evidence === 'reissued' || words.kind === 'saml') return ignoredAttributes(one, used)
  return Object.entries(words.claims)
    .filter(([name]) => !used.has(name) && !CHECKED.has(name) && !name.startsWith(AWS_CLAIMS))
    .map(([name, value]) => ({ name, values: [value].flat().map(textOf) }))
}

/** The names of what fills condition keys. */
function usedNames({ identity }: PresentedEvidence): ReadonlySet<string> {
  return new Set(
    identity.flatMap(({ source = '', values }) => (values.length > 0 ? source.replace(/^Attribute /, '') : [])),
  )
}

function ignoredAttributes({ identity: { attributes } }: EvidenceToPresent, used: ReadonlySet<string>): IgnoredClaim[] {
  return [...attributes]
    .filter(([name]) => !name.startsWith(AWS_ATTRIBUTES) && !namesOf(name).some((each) => used.has(each)))
    .map(([name, values]) => ({ name, values }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
