import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { credentialFormats } from '../../src/credentials/formats.ts'

const credentials = (secret: string) => ({
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: new Secret(secret),
    sessionToken: new Secret('token+/='),
    expiration: new Date('2026-11-22T13:00:00.500Z'),
  },
  region: 'eu-west-1',
})

/** What bash has in its environment after it read the lines. */
const inBash = (lines: string, name: string): string =>
  execFileSync('bash', ['--norc', '--noprofile', '-c', `${lines}\nprintf %s "$${name}"`], { encoding: 'utf8', env: {} })

describe('credentials as environment variables', () => {
  const hostile = `a'b"c$HOME \`id\` \\ !x;&|é`

  it('reach the shell exactly as they are, whatever is in them', () => {
    expect(inBash(credentialFormats.env(credentials(hostile)), 'AWS_SECRET_ACCESS_KEY')).toBe(hostile)
  })

  it('say when they expire, in seconds and UTC, and which region they are for', () => {
    const lines = credentialFormats.env(credentials('x'))
    expect(inBash(lines, 'AWS_CREDENTIAL_EXPIRATION')).toBe('2026-11-22T13:00:00Z')
    expect(inBash(lines, 'AWS_REGION')).toBe('eu-west-1')
  })
})

describe('credentials as JSON', () => {
  it('are what a credential_process answers', () => {
    expect(JSON.parse(credentialFormats.json(credentials('s"e')))).toEqual({
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 's"e',
      SessionToken: 'token+/=',
      Expiration: '2026-11-22T13:00:00Z',
    })
  })
})
