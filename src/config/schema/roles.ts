/** Accounts, roles and access rules. */
import { z } from 'zod'
import { accountColors } from '../types.ts'
import { awsRegion, duration, flag, oneOrMore, text } from './values.ts'

export const account = z.strictObject({
  name: text('a display name').optional().describe('The display name. Default: the account ID.'),
  color: z
    .enum(accountColors)
    .optional()
    .describe('Marks the account in the role picker. Default: by `environment`, red for production.'),
  environment: text(
    'a word of at most 32 letters, digits, spaces and _.-, such as production',
    /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,31}$/u,
  )
    .optional()
    .describe(
      "What the account is used for, such as `production`: shown beside its name, and a filter of the role picker. Default: the account's tag `environment` in the catalogue.",
    ),
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
  sensitive: flag()
    .optional()
    .describe(
      'Whether the pages ask the user once more before they use the role. The API and the command line do not.',
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
    .array(
      z.union([text('a role ARN'), roleSelector()], { error: 'a role ARN, or conditions on roles of the catalogue' }),
    )
    .min(1, { error: 'at least one role ARN' })
    .describe(
      "Role ARNs, in which `{name}` is replaced by what the named group `(?<name>…)` of this rule's patterns matched; or conditions on roles of the catalogue, all of which a role must meet.",
    ),
})

/** Conditions on roles of the catalogue. */
function roleSelector() {
  const globs = (what: string) => oneOrMore(`${what}, or a list of them`).optional()
  const tags = () => z.record(z.string(), oneOrMore('the value of a tag, or a list of values'))
  return z.strictObject({
    tag: z
      .union([text('the key of a tag'), tags()], { error: 'the key of a tag, or keys with values' })
      .optional()
      .describe(
        'The key of a tag: the role is granted to users whose `groups` contain a value of that tag, so owners of roles grant them in their own Terraform. Or keys with values: the role has these tags.',
      ),
    attribute: text('the name of an attribute')
      .optional()
      .describe('With the key of a tag: the attribute that is compared with its values. Default: `groups`.'),
    separator: text('a character between values', /^.$/)
      .optional()
      .describe('With the key of a tag: the character between two values. Default: a space.'),
    path: globs('a path such as /team-a/').describe("The role's path. `*` matches any text, `?` one character."),
    name: globs("a role's name").describe("The role's name, without its path. `*` and `?` as in `path`."),
    account: globs('an account ID').describe('The account ID. `*` and `?` as in `path`.'),
    ou: globs('an organizational unit, such as Workloads/Production').describe(
      "The account's organizational unit, by its path from the root or its ID; units within it count too.",
    ),
    accountTag: tags().optional().describe('Tags of the account: keys with values.'),
  })
}

export const requestAccess = z.union(
  [
    requestUrl(),
    z.strictObject({
      url: requestUrl().describe("The form. `{arn}` is replaced by the role's ARN, encoded."),
      show: z
        .array(text('a pattern over role ARNs', /^arn:\S+$/))
        .default([])
        .describe(
          'Roles of the catalogue that users may see without having them: ARNs in which `*` matches any text and `?` one character.',
        ),
    }),
  ],
  { error: 'an https URL, or a mapping with url' },
)

export const operatorRule = z.strictObject({
  when: when().describe('As in an access rule. `provider` is required.'),
})

function requestUrl() {
  return text('an https URL such as https://tickets.example.com/new?role={arn}', /^https:\/\/\S+$/)
}

/** A policy document: the path of its JSON file, or the document itself as a mapping. */
function policy(example: string) {
  const expected = `the path of a JSON file such as ${example}, or the policy itself`
  return z.union([text(expected), z.record(z.string(), z.json())], { error: expected })
}

function when() {
  return z.record(z.string(), oneOrMore('text or a list of texts'))
}
