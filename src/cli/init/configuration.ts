/** The configuration file of the answers, with comments for the next administrator. */
import type { InitAnswers } from './answers.ts'
import { groupScheme } from './group-rule.ts'

export interface Paths {
  /** As the configuration names them: relative to it. */
  readonly sessionSecret: string
  readonly clientSecret: string
  readonly signingKey: string
  readonly signingCertificate: string
  readonly encryptionKey: string
  readonly encryptionCertificate: string
}

export const paths: Paths = {
  sessionSecret: './secrets/session-secret',
  clientSecret: './secrets/client-secret',
  signingKey: './certs/signing.key',
  signingCertificate: './certs/signing.crt',
  encryptionKey: './certs/encryption.key',
  encryptionCertificate: './certs/encryption.crt',
}

/** Enough for trying things out. */
const MOST_LOCAL_ROLES = 20

/** The port of the local gateway behind a proxy. */
const DEFAULT_PORT = 8080

/** The text of fedgate.yaml. `metadata`: as the file names it. */
export function configurationText(answers: InitAnswers, metadata: string | undefined): string {
  const sections = [
    head(answers),
    session(),
    aws(answers),
    keys(answers),
    provider(answers, metadata),
    accounts(answers),
    access(answers),
    operators(answers),
    further(),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** Quoted as JSON, which YAML reads in the same way. */
function quoted(text: string): string {
  return JSON.stringify(text.replaceAll('${', () => '$${'))
}

function head({ baseUrl, service }: InitAnswers): string {
  const port = new URL(baseUrl).port
  const isLocal = baseUrl.startsWith('http:')
  const host = service === 'compose' ? '0.0.0.0' : '127.0.0.1'
  return `# The configuration of fedgate, written by \`fedgate init\`. Every key is described in docs/configuration.md.
# Paths are relative to this file. \${file:PATH} is the text of a file, so no secret is in here or in the environment.

# The public address. ${isLocal ? 'Towards real AWS it must be https.' : 'A reverse proxy terminates TLS and forwards to `listen`.'}
baseUrl: ${quoted(baseUrl)}
listen: { host: ${quoted(host)}, port: ${isLocal && port !== '' ? port : DEFAULT_PORT} }
${isLocal ? '' : '# How many proxies in front may set X-Forwarded-For: the audit log then has the addresses of users.\ntrustProxy: 1\n'}# Sessions, and the last good copies of metadata.
stateDir: ./state`
}

function session(): string {
  return `session:
  # Signs cookies. To replace it, make this a list with the new one first.
  secret: \${file:${paths.sessionSecret}}
  # store: redis://redis.example.com:6379   # for several machines`
}

function aws({ sts, region }: InitAnswers): string {
  return sts === 'local'
    ? `sts:
  # A local AWS for trying things out: it validates as AWS does and runs with the gateway.
  endpoint: local
  region: ${region}`
    : `sts:
  endpoint: aws
  # The regional endpoint that is called, unless an account has a region of its own.
  region: ${region}`
}

function keys({ protocol }: InitAnswers): string {
  const signing = `# Signs requests to SAML providers, and what is sent to AWS in place of the provider's own evidence.
signing:
  key: ${paths.signingKey}
  certificate: ${paths.signingCertificate}`
  if (protocol !== 'saml') return signing
  return `${signing}
# Decrypts assertions. Its certificate is in the metadata that the provider reads.
encryption:
  key: ${paths.encryptionKey}
  certificate: ${paths.encryptionCertificate}`
}

function provider(answers: InitAnswers, metadata: string | undefined): string {
  const { id, protocol, preset, saml, oidc } = answers
  const lines = [
    `- id: ${quoted(id)}`,
    `  protocol: ${protocol}`,
    ...(preset === undefined ? [] : ['  # Fills in what this product needs: docs/providers.', `  preset: ${preset}`]),
    ...(saml ? [`  metadata: ${quoted(metadata ?? saml.metadata)}`] : []),
    ...(oidc?.issuer === undefined
      ? []
      : [
          `  issuer: ${quoted(oidc.issuer)}`,
          ...(oidc.issuer.startsWith('http:')
            ? ['  # Plain http, on this machine only.', '  allowInsecureHttp: true']
            : []),
        ]),
    ...Object.entries(oidc?.parameters ?? {}).map(([name, value]) => `  ${name}: ${quoted(value)}`),
    ...(oidc ? [`  clientId: ${quoted(oidc.clientId)}`] : []),
    ...(oidc?.clientSecret === undefined ? [] : [`  clientSecret: \${file:${paths.clientSecret}}`]),
    ...exchange(answers),
  ]
  return `providers:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

/**
 * AWS sees no groups in a token of the provider: every user of this client could assume every role with it, without the
 * gateway. So where rules are about anything but the subject, the gateway signs what AWS gets.
 */
function exchange({ oidc, groupAttribute }: InitAnswers): readonly string[] {
  if (!oidc || groupAttribute === 'subject') return []
  return [
    '  # AWS gets a response that the gateway signs, as AWS cannot check groups in the token of the provider.',
    '  exchange: { via: saml, evidence: reissued }',
  ]
}

function accounts({ accounts: listed }: InitAnswers): string {
  if (listed.length === 0) return ''
  const rows = listed.map(({ id, name }) => `  ${quoted(id)}: { name: ${quoted(name ?? id)} }`)
  return `# Names for the role picker, and the accounts of \`fedgate trust-policy --all-accounts\`.\naccounts:\n${rows.join('\n')}`
}

function access(answers: InitAnswers): string {
  const rules = [
    ...schemeRules(answers),
    ...rolesOfLocalAws(answers),
    ...answers.grants.map(({ value, roles }) => rule(answers, quoted(value), roles)),
  ]
  if (rules.length === 0)
    return `# Who may use which role. Without a rule, users sign in and have no role.
access: []
# - when: { provider: ${answers.id}, ${yamlKey(answers.groupAttribute)}: aws-dev }
#   roles: ["arn:aws:iam::111122223333:role/Developer"]`
  return `# Who may use which role. The roles of all matching rules add up.\naccess:\n${rules.join('\n')}`
}

/** The local AWS has the roles that rules name in full, so some are named for it. */
function rolesOfLocalAws(answers: InitAnswers): readonly string[] {
  const { sts, groupRule = '', accounts: listed, roles } = answers
  const scheme = groupScheme(groupRule)
  if (sts !== 'local' || !(scheme?.hasAccount || scheme?.hasRole)) return []
  const pairs = listed.flatMap(({ id }) =>
    roles.filter((name) => !name.startsWith('arn:')).map((name) => ({ id, name })),
  )
  return pairs
    .slice(0, MOST_LOCAL_ROLES)
    .map(({ id, name }) =>
      rule(answers, quoted(groupRule.replace('{account}', id).replace('{role}', name)), [
        `arn:aws:iam::${id}:role/${name}`,
      ]),
    )
}

/** A scheme without the account, or without the role, is for each of those that were listed. */
function schemeRules(answers: InitAnswers): readonly string[] {
  const scheme = groupScheme(answers.groupRule)
  if (!scheme) return []
  const names = scheme.hasRole ? ['{role}'] : answers.roles
  const ids = scheme.hasAccount ? ['{account}'] : answers.accounts.map(({ id }) => id)
  const arns = ids.flatMap((id) =>
    names.map((name) => (name.startsWith('arn:') ? name : `arn:aws:iam::${id}:role/${name}`)),
  )
  return [rule(answers, literal(scheme.pattern), [...new Set(arns)])]
}

function rule({ id, groupAttribute, conditions }: InitAnswers, value: string, roles: readonly string[]): string {
  const further = conditions
    .map(({ attribute, value: wanted }) => `, ${yamlKey(attribute)}: ${quoted(wanted)}`)
    .join('')
  const list =
    roles.length === 1
      ? ` [${quoted(roles[0] ?? '')}]`
      : `\n${roles.map((role) => `      - ${quoted(role)}`).join('\n')}`
  return `  - when: { provider: ${quoted(id)}, ${yamlKey(groupAttribute)}: ${value}${further} }\n    roles:${list}`
}

/** A pattern in single quotes, where a backslash is one. */
function literal(pattern: string): string {
  return `'${pattern.replaceAll("'", "''")}'`
}

function yamlKey(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) ? name : quoted(name)
}

function operators({ id, operators: value, groupAttribute }: InitAnswers): string {
  return value === undefined
    ? `# Who may see /status and test sign-ins.
# operators:
#   - when: { provider: ${id}, ${yamlKey(groupAttribute)}: platform-team }`
    : `# Who may see /status and test sign-ins.
operators:
  - when: { provider: ${quoted(id)}, ${yamlKey(groupAttribute)}: ${quoted(value)} }`
}

function further(): string {
  return `# The session name in CloudTrail. The default is the subject, which may be an opaque ID.
# sessionName: "{email}"

# One JSON object for each security event; without it, on standard output.
# audit: { file: ./audit.jsonl }`
}
