/** Settings that identity providers of both protocols share. */
import { z } from 'zod'
import { text } from './values.ts'

export const EXCHANGE = 'How a sign-in becomes AWS credentials.'

const ORIGINAL = {
  saml: "the identity provider's own response (via saml only), within 5 minutes of its issue; the roles are those of its Role attribute, which access rules may narrow.",
  oidc: "the provider's own ID token (via web-identity only), signed RS* or ES*, as AWS accepts no others.",
} as const

export function providerId() {
  return text('an id of 1 to 32 of a-z, 0-9 and -', /^[a-z0-9-]{1,32}$/).describe(
    'Part of URLs that identity providers know: do not change it later.',
  )
}

export function label() {
  return text('a display name').optional().describe('The display name. Default: the id.')
}

export function exchange(protocol: keyof typeof ORIGINAL) {
  return z.strictObject({
    via: z
      .enum(['saml', 'web-identity'])
      .describe('`saml`: AssumeRoleWithSAML. `web-identity`: AssumeRoleWithWebIdentity.'),
    evidence: z
      .enum(['original', 'reissued'])
      .describe(
        `\`reissued\`: evidence that the gateway signs after all checks, with \`signing\` or as \`issuer\`. \`original\`: ${ORIGINAL[protocol]}`,
      ),
    provider: text('the name of a SAML provider in IAM', /^[\w.-]{1,128}$/)
      .optional()
      .describe(
        'Via saml: the name of the SAML provider in IAM. Default: `fedgate` if evidence is reissued, else the id of this provider.',
      ),
    identityPoolId: identityPoolId(),
  })
}

function identityPoolId() {
  return text('an identity pool ID such as eu-west-1:12345678-…', /^[a-z]{2}(-[a-z]+)+-\d{1,2}:[0-9a-f-]{36}$/)
    .optional()
    .describe(
      'Via web-identity: an Amazon Cognito identity pool that exchanges the token for one of its own, which is sent to AWS. Trust policies then name `cognito-identity.amazonaws.com`.',
    )
}
