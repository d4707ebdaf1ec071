/** Commands that ask AWS and nobody else need neither the gateway's secrets nor the variables of its machine. */
import { describe, expect, it } from 'vitest'
import { awsFacts } from '../../src/cli/load-config.ts'
import { ConfigError } from '../../src/config/errors.ts'
import { showPath } from '../../src/config/issue.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/types.ts'
import type { Purpose } from '../../src/config/unread.ts'

const ref = (name: string): string => `\${${name}}`

const text = `baseUrl: https://aws.example.com
listen: { host: "${ref('HOST')}", port: "${ref('PORT')}" }
trustProxy: "${ref('PROXIES')}"
session: { secret: "${ref('SESSION_SECRET')}", idle: "${ref('IDLE')}" }
signing: { key: ./signing.key, certificate: ./signing.crt }
encryption: { key: ./encryption.key, certificate: ./encryption.crt }
providers:
  - { id: corp, protocol: saml, metadata: ./idp.xml, metadataCertificate: ./federation.crt }
  - { id: op, protocol: oidc, issuer: "https://op.example.com", clientId: c, clientSecret: "${ref('file:/run/secrets/op')}" }
  - { id: two, protocol: oidc, issuer: "https://two.example.com", clientId: c, privateKey: ./two.key }
audit: { file: "${ref('AUDIT')}" }
`

const parse = (purpose: Purpose, yaml = text, env: Record<string, string> = {}): Config =>
  parseConfig(yaml, {
    file: '/etc/fedgate/fedgate.yaml',
    env,
    aws: awsFacts,
    purpose,
    readFile: (path) => {
      throw new Error(`ENOENT ${path}`)
    },
    canRead: () => false,
  })

const problemsFor = (purpose: Purpose, yaml = text, env: Record<string, string> = {}): readonly string[] => {
  try {
    parse(purpose, yaml, env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ path }) => showPath(path))
  }
}

describe('the configuration of an offline command', () => {
  it('asked for the session secret, client secrets, key files and the variables of the server', () => {
    const { session, providers, listen, trustProxy, audit, unread } = parse('offline')
    expect(providers.map(({ id }) => id)).toEqual(['corp', 'op', 'two'])
    expect({ listen, trustProxy, audit }).toEqual({
      listen: { host: '127.0.0.1', port: 8080 },
      trustProxy: 0,
      audit: { required: true },
    })
    expect(session.idleSeconds).toBe(1800)
    expect(unread).toEqual(['session.secret'])
  })

  it('the configuration of an offline command has random text in place of every secret, so that it vouches for nothing', () => {
    const known = { SESSION_SECRET: 's'.repeat(40) }
    const [one, other] = [parse('offline', text, known), parse('offline', text, known)]
    expect(one.session.secrets[0].reveal()).not.toBe(other.session.secrets[0].reveal())
    expect(one.session.secrets[0].reveal()).toHaveLength(64)
  })

  it.each([
    ['no session at all', /^session:.*\n/m, ''],
    ['an empty session', /^session:.*\n/m, 'session: {}\n'],
    ['a secret that is blank', ref('SESSION_SECRET'), ''],
    [
      'several secrets, of which one is not there',
      `"${ref('SESSION_SECRET')}"`,
      `["${'s'.repeat(40)}", "${ref('OLD')}"]`,
    ],
  ])('the configuration of an offline command is read with %s', (_, from, to) => {
    expect(problemsFor('offline', text.replace(from, to))).toEqual([])
  })

  it.each([
    ['an unknown key', 'trustProxy:', 'trustProxies:', ['trustProxies']],
    ['a variable that it does use', 'https://aws.example.com', ref('BASE'), ['baseUrl']],
    ["a variable in a provider's address", 'https://op.example.com', ref('OP'), ['providers[1].issuer']],
    ['a value of the server that is there and wrong', `"${ref('PORT')}"`, '-1', ['listen.port']],
  ] as const)('the configuration of an offline command is still refused for %s', (_, from, to, paths) => {
    expect(problemsFor('offline', text.replace(from, to))).toEqual(paths)
  })
})

describe('the configuration of the check', () => {
  const rest = { HOST: '127.0.0.1', PORT: '8080', PROXIES: '0', IDLE: '30m', AUDIT: 'a.jsonl' }
  const plain = text
    .replace(/^(signing|encryption|providers| {2}-).*\n/gm, '')
    .concat(
      'sts: { endpoint: local }\nproviders:\n  - { id: op, protocol: oidc, issuer: "https://op.example.com", clientId: c }\n',
    )

  it('the configuration of the check is read without the session secret, and says so', () => {
    expect(parse('check', plain, rest).unread).toEqual(['session.secret'])
  })

  it('the configuration of the check is judged by the session secret where it is there: the gateway would not start with it', () => {
    expect(problemsFor('check', plain, { ...rest, SESSION_SECRET: 'short' })).toEqual(['session.secret'])
    expect(parse('check', plain, { ...rest, SESSION_SECRET: 's'.repeat(40) }).unread).toEqual([])
  })

  it('needs all else that the gateway needs', () => {
    expect(
      problemsFor('check', plain.replace('clientId: c', `clientId: c, clientSecret: "${ref('NONE')}"`), rest),
    ).toEqual(['providers[0].clientSecret'])
    expect(problemsFor('check', plain.replace(/^session:.*\n/m, ''), rest)).toEqual(['session'])
  })

  it('the configuration of the check is not what the gateway starts with', () => {
    expect(problemsFor('gateway', plain, rest)).toEqual(['session.secret'])
  })
})
