/** Accounts, roles and access rules. */
import { z } from 'zod'
import { accountColors } from '../types.ts'
import { awsRegion, duration, oneOrMore, text } from './values.ts'

export const account = z.strictObject({
  name: text('a display name').optional().describe('The display name. Default: the account ID.'),
  color: z.enum(accountColors).optional().describe('Marks the account in the role picker.'),
  region: awsRegion().optional().describe('Region for STS and the console in this account.'),
})

export const role = z.strictObject({
  match: text('a pattern over role ARNs', /^arn:\S+$/).describe(
    'The roles: an ARN in which `*` matches any text and `?` one character.',
  ),
  alias: text('a short name', /^[A-Za-z0-9][\w.-]{0,63}$/)
    .optional()
    .describe('A short name of the role, for links and commands.'),
  maxSessionDuration: duration('1h')
    .optional()
    .describe("The role's maximum session duration as set in IAM, 1h to 12h."),
  maxAuthAge: duration('1h')
    .optional()
    .describe('Maximum age of the authentication. With an older one, the user must sign in again first.'),
  authnContext: z
    .array(text('an authentication context class without spaces', /^\S+$/))
    .min(1, { error: 'at least one authentication context class' })
    .optional()
    .describe(
      'Authentication context classes (SAML) or `acr` values (OpenID Connect), any of which the sign-in must have; `mfa`, `sfa` and `phishing-resistant` mean all known values of these. With another one, the user must sign in again first and the provider is asked for these (step-up).',
    ),
  sessionPolicyArns: z
    .array(
      text(
        'the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess',
        /^arn:[a-z][a-z0-9-]*:iam::(\d{12}|aws):policy\/[\x21-\x7e]+$/,
      ),
    )
    .max(10, { error: 'at most 10 ARNs' })
    .default([])
    .describe(
      'Managed policies that limit sessions: a session may do only what they allow as well. At most 10, which count towards the 2048 characters of `sessionPolicy`.',
    ),
  sessionPolicy: policy('./policies/read-only.json')
    .optional()
    .describe(
      "An inline policy that limits sessions: the path of a JSON file, or the policy itself as a mapping, in which IAM's policy variables are kept. At most 2048 characters as compact JSON.",
    ),
  trustPolicy: policy('./policies/admin.json')
    .optional()
    .describe(
      "The role's trust policy as set in IAM: the path of a JSON file, or the policy itself as a mapping. With it, the gateway can predict and explain AWS's decision.",
    ),
})

export const accessRule = z.strictObject({
  when: when().describe(
    'Attribute names with the expected values; all must match. A list means any of its values. A value between slashes is a regular expression that must match the whole value. Reserved are `provider`, the ids of the providers that this rule is for, `idp`, the entityIDs of the identity providers, `subject`, which identifies the user, `authnContext`, how the user signed in, `assurance`, the values of eduPersonAssurance, and, for what a federation states about an identity provider, `registrationAuthority`, `entityCategory`, `assuranceCertification` and `idpScope`.',
  ),
  roles: z
    .array(text('a role ARN'))
    .min(1, { error: 'at least one role ARN' })
    .describe("Role ARNs. `{name}` is replaced by what the named group `(?<name>…)` of this rule's patterns matched."),
})

export const operatorRule = z.strictObject({
  when: when().describe('As in an access rule. `provider` is required.'),
})

/** A policy document: the path of its JSON file, or the document itself as a mapping. */
function policy(example: string) {
  const expected = `the path of a JSON file such as ${example}, or the policy itself`
  return z.union([text(expected), z.record(z.string(), z.json())], { error: expected })
}

function when() {
  return z.record(z.string(), oneOrMore('text or a list of texts'))
}
