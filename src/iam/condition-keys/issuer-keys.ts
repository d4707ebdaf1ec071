/** How the keys of an OpenID issuer begin, and what the common ones are called (aws-sts-semantics C.1). */
import { issuerHostPath } from '../../core/arn.ts'

/** Amazon and Facebook were there before OpenID Connect. */
const ownNames: ReadonlyMap<string, { readonly audience: string; readonly subject: string }> = new Map([
  ['www.amazon.com', { audience: 'app_id', subject: 'user_id' }],
  ['graph.facebook.com', { audience: 'app_id', subject: 'id' }],
])

const key = (issuer: string, claim: 'audience' | 'subject', otherwise: string): string => {
  const prefix = issuerHostPath(issuer)
  return `${prefix}:${ownNames.get(prefix)?.[claim] ?? otherwise}`
}

/** The key of a token's audience; `issuer` as a URL, or its host and path. */
export const audienceKey = (issuer: string): string => key(issuer, 'audience', 'aud')

/** The key of a token's subject. */
export const subjectKey = (issuer: string): string => key(issuer, 'subject', 'sub')
