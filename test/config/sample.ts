import { awsFacts } from '../../src/cli/load-config.ts'
import { ConfigError } from '../../src/config/errors.ts'
import { showProblem } from '../../src/config/issue.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/types.ts'

/** A valid file: each test changes one thing in it. */
export const sample = `baseUrl: https://aws.example.com
listen: { host: 127.0.0.1, port: 8080 }
session:
  secret: 0123456789abcdef0123456789abcdef
  idle: 30m
  lifetime: 8h
sts:
  endpoint: aws
  region: eu-west-1
signing:
  key: ./certs/signing.key
  certificate: ./certs/signing.crt
providers:
  - id: corp
    protocol: saml
    metadata: ./idp.xml
    clockSkew: 60s
  - id: google
    protocol: oidc
    issuer: https://accounts.google.com
    clientId: client-1
    clientSecret: secret-1
    scopes: [openid, email]
accounts:
  "111122223333": { name: Production, color: red, region: eu-west-1 }
roles:
  - match: "arn:aws:iam::*:role/Admin"
    alias: admin
    maxSessionDuration: 1h
access:
  - when: { provider: corp, groups: aws-admins }
    roles: ["arn:aws:iam::111122223333:role/Admin"]
  - when: { provider: corp, groups: "/^aws-(?<account>\\\\d{12})-(?<role>[\\\\w+=,.@-]+)$/" }
    roles: ["arn:aws:iam::{account}:role/{role}"]
sessionName: "{email}"
`

const presentFiles = ['/etc/fedgate/certs/signing.key', '/etc/fedgate/certs/signing.crt', '/etc/fedgate/idp.xml']

export interface Around {
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

/** Parses a text as /etc/fedgate/fedgate.yaml, with these variables and files. */
export const parse = (text: string, { env = {}, files = {} }: Around = {}): Config =>
  parseConfig(text, {
    file: '/etc/fedgate/fedgate.yaml',
    env,
    aws: awsFacts,
    readFile: (path) => {
      const content = files[path] ?? (presentFiles.includes(path) ? 'content' : undefined)
      if (content === undefined) throw new Error(`ENOENT ${path}`)
      return content
    },
  })

/** The sample with one piece of text replaced. Fails when that piece is not there exactly once. */
export const changed = (from: string, to: string): string => {
  if (sample.split(from).length !== 2) throw new Error(`not exactly once in the sample: ${from}`)
  return sample.replace(from, () => to)
}

/** What is wrong with a text, a line each, without the file's name. Empty when nothing is. */
export const problemsOf = (text: string, around?: Around): readonly string[] => {
  try {
    parse(text, around)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) => showProblem(problem).replace('/etc/fedgate/fedgate.yaml:', ''))
  }
}
