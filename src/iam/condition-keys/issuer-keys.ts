/** The prefix of an OpenID issuer's keys, and the names of the common ones (aws-facts C.1). */
import { issuerHostPath } from '../../core/arn.ts'

/** Amazon and Facebook are older than OpenID Connect. */
const ownNames: ReadonlyMap<string, { readonly audience: string; readonly subject: string }> = new Map([
  ['www.amazon.com', { audience: 'app_id', subject: 'user_id' }],
  ['graph.facebook.com', { audience: 'app_id', subject: 'id' }],
])

/** The key of a token's audience; `issuer` as a URL, or its host and path. */
export function audienceKey(issuer: string): string {
  return key(issuer, 'audience', 'aud')
}

function key(issuer: string, claim: 'audience' | 'subject', otherwise: string): string {
  const prefix = issuerHostPath(issuer)
  return `${prefix}:${ownNames.get(prefix)?.[claim] ?? otherwise}`
}

/** The key of a token's subject. */
export function subjectKey(issuer: string): string {
  return key(issuer, 'subject', 'sub')
}
