/**
 * The shape of the configuration file, declaratively: what can be said as JSON Schema is said here, and
 * schema/fedgate.schema.json and docs/configuration.md are generated from it. What concerns several keys at once is in
 * rules.ts. The words beside each pattern are what an error message says was expected.
 */
import { z } from 'zod'
import { issuer, keys, localAws, session, sts } from './schema/deployment.ts'
import { oidcProvider } from './schema/openid-provider.ts'
import { accessRule, account, operatorRule, role } from './schema/roles.ts'
import { samlProvider } from './schema/saml-provider.ts'
import { flag, listen, path, template, text, wholeNumber } from './schema/values.ts'

export const configSchema = z
  .strictObject({
    baseUrl: text('the public origin without a path, such as https://aws.example.com').describe(
      'The public origin of the gateway, without a path. https, or http on loopback.',
    ),
    listen: listen(8080, 'the gateway').prefault({}).describe('Where the gateway listens.'),
    trustProxy: wholeNumber('a number of proxies from 0 to 10', 0, 10)
      .default(0)
      .describe('Number of proxies in front whose X-Forwarded-* headers are believed.'),
    session: session.describe('Browser sessions.'),
    sts: sts.prefault({}).describe('AWS STS and sign-in.'),
    signing: keys()
      .optional()
      .describe(
        'Signs requests, logout and the responses reissued for AWS. In a list the first is used and all are published, so that keys can be changed without an interruption. With `sts.endpoint: local` a key is made at first start when none is named.',
      ),
    encryption: keys()
      .optional()
      .describe(
        'Opens encrypted assertions and ID tokens. In a list all are tried and published. With `sts.endpoint: local` a key is made at first start when none is named.',
      ),
    issuer: issuer
      .prefault({})
      .describe('The gateway as OpenID issuer towards AWS: signs the web-identity tokens reissued for AWS.'),
    providers: z
      .array(
        z.discriminatedUnion('protocol', [samlProvider, oidcProvider], {
          error: 'a provider: a mapping with protocol',
        }),
      )
      .min(1, { error: 'at least one provider' })
      .describe('The identity providers people sign in with.'),
    accounts: z
      .record(z.string().regex(/^[0-9]{12}$/, { error: 'an account id of twelve digits, in quotes' }), account)
      .default({})
      .describe('What is known of the AWS accounts, by account id. Quote the id: YAML reads it as a number otherwise.'),
    roles: z.array(role).default([]).describe('What is special about some roles.'),
    access: z.array(accessRule).default([]).describe('Who may take which role. All matching rules add up.'),
    operators: z.array(operatorRule).default([]).describe('Who may see `/status`. Nobody when there is no rule.'),
    sessionName: template('{email}')
      .default('{subject}')
      .describe('Template of the role session name: `{subject}`, `{email}`, or any attribute in braces.'),
    sourceIdentity: template('{subject}')
      .optional()
      .describe(
        'Template of the source identity, which AWS keeps through all further roles of a session. Where it cannot be made of a sign-in, no role is taken. Trust policies must allow `sts:SetSourceIdentity`.',
      ),
    sessionTags: z
      .record(
        z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u, {
          error: "a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@",
        }),
        z.string({ error: 'a template such as {costCenter}' }),
      )
      .default({})
      .describe(
        'Session tags: the key, and a template of the value. A tag whose value cannot be made of a sign-in is left out. Trust policies must allow `sts:TagSession`.',
      ),
    transitiveTags: z
      .array(text('the key of a session tag'))
      .default([])
      .describe('Keys of session tags that go along when the session takes further roles.'),
    localAws: localAws.prefault({}).describe('Only for `sts.endpoint: local` and `fedgate local-aws`.'),
    audit: z
      .strictObject({
        file: path('a file').optional().describe('File to append to. Default: standard output.'),
        required: flag()
          .default(true)
          .describe(
            'What cannot be recorded does not happen: while the log cannot be written, nobody signs in and no role is taken. `false`: all goes on without a record.',
          ),
      })
      .prefault({})
      .describe('The audit log: one JSON object a line.'),
  })
  .describe('Configuration of fedgate')

/** What a file that fits the schema says, with defaults filled in. */
export type FileConfig = z.output<typeof configSchema>
export type FileProvider = FileConfig['providers'][number]

/** The JSON Schema that editors use: draft 7, which is what their YAML support reads best. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
}
