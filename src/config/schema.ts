/**
 * The shape of the configuration file, as far as JSON Schema can express it: schema/fedgate.schema.json and
 * docs/configuration.md are generated from it. Rules over several keys are in rules.ts. The text beside each pattern is
 * the "expected" of error messages.
 */
import { z } from 'zod'
import { sessionTag, TAG_CHARACTER } from '../core/aws-attributes.ts'
import { branding } from './schema/branding.ts'
import {
  gatewayListen,
  issuer,
  keys,
  limits,
  localAws,
  metrics,
  session,
  signingKeys,
  sts,
} from './schema/deployment.ts'
import { federation } from './schema/federation.ts'
import { oidcProvider } from './schema/openid-provider.ts'
import { accessRule, account, operatorRule, requestAccess, role } from './schema/roles.ts'
import { samlProvider } from './schema/saml-provider.ts'
import { flag, path, template, text, wholeNumber } from './schema/values.ts'

const TAG_KEY = new RegExp(`^${TAG_CHARACTER}{${sessionTag.key.min},${sessionTag.key.max}}$`, 'u')

export const configSchema = z
  .strictObject({
    baseUrl: text('the public origin without a path, such as https://aws.example.com').describe(
      'The public origin of the gateway, without a path. https, or http on loopback.',
    ),
    stateDir: path('a folder')
      .default('./state')
      .describe('Folder of the file store and of the last good copies of metadata. Created if it is missing.'),
    listen: gatewayListen.prefault({}).describe('Where the gateway listens.'),
    trustProxy: wholeNumber('a number of proxies from 0 to 10', 0, 10)
      .default(0)
      .describe('Number of reverse proxies whose X-Forwarded-* headers are trusted.'),
    session: session.describe('Browser sessions.'),
    sts: sts.prefault({}).describe('AWS STS and sign-in.'),
    signing: signingKeys()
      .optional()
      .describe(
        'Signs requests, logout and the responses reissued for AWS. In a list the first is used and all are published, so keys can be rotated without an interruption. With `sts.endpoint: local`, a key is created on first start if none is named.',
      ),
    encryption: keys()
      .optional()
      .describe(
        'Decrypts assertions and ID tokens. In a list, all keys are tried and published. With `sts.endpoint: local`, a key is created on first start if none is named.',
      ),
    issuer: issuer
      .prefault({})
      .describe("The gateway's own OpenID Connect issuer: it signs the web identity tokens that are reissued for AWS."),
    providers: z
      .array(
        z.discriminatedUnion('protocol', [samlProvider, oidcProvider], {
          error: 'a provider: a mapping with protocol',
        }),
      )
      .min(1, { error: 'at least one provider' })
      .describe('The identity providers that users sign in with.'),
    accounts: z
      .record(z.string().regex(/^[0-9]{12}$/, { error: 'an account ID of twelve digits, in quotes' }), account)
      .default({})
      .describe('Settings of AWS accounts, by account ID. Put the ID in quotes, or YAML reads it as a number.'),
    roles: z.array(role).default([]).describe('Settings of roles.'),
    access: z
      .array(accessRule)
      .default([])
      .describe('Access rules: who may assume which role. A user gets the roles of all matching rules.'),
    catalog: z
      .union([path('a file'), z.array(path('a file'))], { error: 'the path of a file, or a list of paths' })
      .default([])
      .describe(
        'Inventory of accounts and roles, as files: the JSON of `aws iam get-account-authorization-details`, `aws organizations list-accounts` or `terraform show -json`, or CSV. In a path `*`, `?` and `**` are wildcards. Read again when the files change.',
      ),
    requestAccess: requestAccess
      .optional()
      .describe(
        'Where users ask for roles that they lack: the https URL of a form, in which `{arn}` is replaced by the ARN. Offered on refused links and to users without roles. With `show`, users also see which roles of the catalogue there are.',
      ),
    operators: z.array(operatorRule).default([]).describe('Who may see `/status`. Without a rule, no user may.'),
    sessionName: template('{email}')
      .default('{subject}')
      .describe('Template of the role session name: `{subject}`, `{email}`, or any attribute in braces.'),
    sourceIdentity: template('{subject}')
      .optional()
      .describe(
        'Template of the source identity, which AWS keeps through role chaining. If a sign-in lacks a value for it, no role can be assumed. Trust policies must allow `sts:SetSourceIdentity`.',
      ),
    sessionTags: z
      .record(
        z.string().regex(TAG_KEY, { error: "a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@" }),
        z.string({ error: 'a template such as {costCenter}' }),
      )
      .default({})
      .describe(
        'Session tags: the key, and a template of the value. A tag is omitted if a sign-in lacks a value for it. Trust policies must allow `sts:TagSession`.',
      ),
    transitiveTags: z
      .array(text('the key of a session tag'))
      .default([])
      .describe('Keys of session tags that are passed on when chaining roles (transitive).'),
    localAws: localAws.prefault({}).describe('Only for `sts.endpoint: local` and `fedgate local-aws`.'),
    audit: z
      .strictObject({
        file: path('a file').optional().describe('File to append to. Default: standard output.'),
        syslog: text(
          'tls://HOST[:PORT], tcp://HOST[:PORT] or unix:/PATH',
          /^(?:(?:tls|tcp):\/\/[^/\s]+\/?|unix:\/\S+)$/,
        )
          .optional()
          .describe(
            'Syslog collector instead of a file (RFC 5424): over TLS `tls://host:6514`, TCP `tcp://host:601`, or a Unix stream socket `unix:/path`.',
          ),
        syslogCa: path('a file')
          .optional()
          .describe('CA certificates (PEM) of the collector over TLS. Default: those that Node trusts.'),
        key: path('a file')
          .optional()
          .describe(
            'Private key (Ed25519, PEM) that signs the log, created if missing. Default: `audit/key.pem` under `stateDir`.',
          ),
        required: flag()
          .default(true)
          .describe(
            'While the log cannot be written, users cannot sign in or assume roles. `false`: they can, without a record.',
          ),
      })
      .prefault({})
      .describe('The audit log: one JSON object per line.'),
    metrics: metrics.prefault({}).describe('What Prometheus reads. See [monitoring.md](monitoring.md).'),
    federation: federation
      .optional()
      .describe(
        "What identity federations such as eduGAIN want in the gateway's SP metadata. See [federations.md](federations.md).",
      ),
    branding: branding
      .optional()
      .describe(
        'Your own name, logo, colour, notice and links on the pages of the gateway. See [branding.md](branding.md).',
      ),
    limits: limits
      .prefault({})
      .describe(
        'Requests that one address may send in a second, minute or hour (`s`, `m`, `h`). Counted in the store, so across all processes. Others are refused with 429. IPv6 addresses count by their /64, and ten times as much by their /48.',
      ),
  })
  .describe('Configuration of fedgate')

/** A valid file, with defaults filled in. */
export type FileConfig = z.output<typeof configSchema>
export type FileProvider = FileConfig['providers'][number]

/** The JSON Schema for editors: draft 7, which their YAML extensions support best. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
}
