import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import {
  type CredentialFormat,
  type CredentialsToWrite,
  credentialFormats,
  profilesIni,
} from '../../src/credentials/formats.ts'
import { distinctProfileNames, profileNameOf } from '../../src/credentials/profile-name.ts'
import { requireTool } from '../tools.ts'

const TOKEN = `IQoJb3JpZ2luX2VjEJ${'x'.repeat(900)}+/==`

const withSecret = (secret: string, more: Partial<CredentialsToWrite> = {}): CredentialsToWrite => ({
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: new Secret(secret),
    sessionToken: new Secret(TOKEN),
    expiration: new Date('2026-11-22T13:00:00.500Z'),
  },
  region: 'eu-west-1',
  profile: 'Production-Admin',
  ...more,
})

/** What no shell may touch: quotes of every kind, expansions, operators, spaces at the ends. */
const hostile = ` a'b"c$HOME \`id\` \\ \\' !x;&|<>^%PATH%~*?[0]{1}(#)é‘’‚‛“ `

const NAMES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
]

const valuesWith = (secret: string) => ['ASIAEXAMPLE', secret, TOKEN, '2026-11-22T13:00:00Z', 'eu-west-1', 'eu-west-1']

/** The variables as a child of that shell has them, after the shell read the lines from a file. */
const inShell = (shell: string, options: readonly string[], lines: string): readonly string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'fedgate-format-'))
  try {
    const script = join(folder, 'script')
    const show = `'${process.execPath}' -e 'console.log(JSON.stringify(process.argv.slice(1).map((n) => process.env[n] ?? null)))' ${NAMES.join(' ')}`
    writeFileSync(script, `${lines}${show}\n`)
    const printed = execFileSync(shell, [...options, script], {
      encoding: 'utf8',
      env: { HOME: folder, LANG: 'C.UTF-8' },
    })
    return JSON.parse(printed) as string[]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const shells = [
  { name: 'bash', path: '/bin/bash', options: ['--norc', '--noprofile'], format: 'env' },
  { name: 'dash', path: '/bin/dash', options: [], format: 'env' },
  { name: 'zsh', path: '/usr/bin/zsh', options: ['--no-rcs'], format: 'env' },
  { name: 'fish', path: '/usr/bin/fish', options: ['--no-config'], format: 'fish' },
] as const

describe.each(shells)('credentials for $name', ({ path, options, format }) => {
  const isThere = requireTool(path)

  it.skipIf(!isThere)('reach its children exactly as they are, whatever is in them', () => {
    const lines = credentialFormats[format](withSecret(hostile))
    expect(inShell(path, options, lines)).toEqual(valuesWith(hostile))
  })
})

describe('credentials without export', () => {
  it('credentials without export are read by a shell that exports what it sets', () => {
    const lines = credentialFormats['env-no-export'](withSecret(hostile))
    expect(inShell('/bin/bash', ['--norc', '-a'], lines)).toEqual(valuesWith(hostile))
  })

  it('credentials without export have no quotes where AWS’s own values are written, since not every reader of .env files takes them off', () => {
    expect(credentialFormats['env-no-export'](withSecret('wJalr/XUtn+FEMI='))).not.toMatch(/['"]/)
  })
})

/**
 * Reads `$Env:NAME = '…'` as PowerShell does (about_Quoting_Rules): in a string in single quotes, a quote is doubled,
 * and each of the four typographic single quotes counts as one.
 */
const readPowerShell = (line: string): { name: string; value: string } => {
  const [, name = '', rest = ''] = /^\$Env:(\w+) = ['‘’‚‛](.*)$/s.exec(line) ?? []
  let value = ''
  for (let i = 0; i < rest.length; i++) {
    const char = rest.charAt(i)
    if (/['‘’‚‛]/.test(char)) {
      if (!/['‘’‚‛]/.test(rest.charAt(i + 1))) {
        expect(rest.slice(i + 1), 'after the end of the string').toBe('')
        break
      }
      i++
    }
    value += rest.charAt(i)
  }
  return { name, value }
}

/** Reads `$env.NAME = "…"` as nushell does (Working with strings): backslash escapes, no interpolation without a `$`. */
const readNushell = (line: string): { name: string; value: string } => {
  const [, name = '', quoted = ''] = /^\$env\.(\w+) = "((?:[^"\\]|\\["\\])*)"$/.exec(line) ?? []
  return { name, value: quoted.replaceAll(/\\(["\\])/g, '$1') }
}

const linesOf = (format: CredentialFormat, secret: string): string[] => format(withSecret(secret)).trimEnd().split('\n')

describe.each([
  ['PowerShell', credentialFormats.powershell, readPowerShell],
  ['nushell', credentialFormats.nushell, readNushell],
])('credentials for %s', (_, format, read) => {
  it("credentials are literal by the shell's quoting rules, whatever they contain", () => {
    const variables = format(withSecret(hostile))
      .split('\n')
      .filter((line) => line !== '')
      .map(read)
    expect(variables.map(({ name }) => name)).toEqual(NAMES)
    expect(variables.map(({ value }) => value)).toEqual(valuesWith(hostile))
  })
})

describe('credentials for cmd', () => {
  it('stand with their name in quotes, so that nothing is an operator', () => {
    expect(linesOf(credentialFormats['windows-cmd'], 'a&b|c<d>e^f')).toContain(
      'set "AWS_SECRET_ACCESS_KEY=a&b|c<d>e^f"',
    )
  })

  it.each(['50%', 'say "x"', 'hey!'])('credentials for cmd are refused where cmd has no way to write %s', (secret) => {
    expect(() => credentialFormats['windows-cmd'](withSecret(secret))).toThrow('cannot be written in this format')
  })
})

describe('credentials for docker --env-file', () => {
  it('credentials for docker --env-file are literal to the end of the line: docker takes quotes as part of the value', () => {
    expect(linesOf(credentialFormats.docker, `a'b"c #d `)).toContain(`AWS_SECRET_ACCESS_KEY=a'b"c #d `)
  })
})

describe('credentials as a profile', () => {
  const AWS = '/usr/bin/aws'
  const isThere = requireTool(AWS)

  /** What the AWS CLI reads from that file. */
  const read = (file: string, profile: string, key: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'fedgate-profile-'))
    try {
      const path = join(folder, 'credentials')
      writeFileSync(path, file)
      const env = {
        HOME: folder,
        PATH: '/usr/bin:/bin',
        AWS_SHARED_CREDENTIALS_FILE: path,
        AWS_CONFIG_FILE: '/dev/null',
      }
      return execFileSync(AWS, ['configure', 'get', key, '--profile', profile], { encoding: 'utf8', env }).trimEnd()
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it.skipIf(!isThere)('credentials as a profile are what the AWS CLI reads back, each profile its own', () => {
    const file = profilesIni([withSecret('first/+='), withSecret('second%(x)s', { profile: 'Sandbox-Dev@eu' })])
    expect(read(file, 'Production-Admin', 'aws_secret_access_key')).toBe('first/+=')
    expect(read(file, 'Sandbox-Dev@eu', 'aws_secret_access_key')).toBe('second%(x)s')
    expect(read(file, 'Sandbox-Dev@eu', 'aws_session_token')).toBe(TOKEN)
    expect(read(file, 'Sandbox-Dev@eu', 'region')).toBe('eu-west-1')
  })

  it('say when they expire', () => {
    expect(credentialFormats.ini(withSecret('x'))).toContain('# expires 2026-11-22T13:00:00Z')
  })

  it.each(['', 'a]\n[default', 'a b', 'é', 'x'.repeat(129)])(
    'credentials as a profile are refused under the name %j',
    (profile) => {
      expect(() => credentialFormats.ini(withSecret('x', { profile }))).toThrow('cannot be the name of a profile')
    },
  )

  it.each([
    ['Production', 'Admin', 'Production-Admin'],
    ['Größe & Co', 'Admin', 'Gr-e-Co-Admin'],
    [']\n[', 'x', 'x'],
    ['a'.repeat(200), 'x', 'a'.repeat(128)],
  ])('credentials as a profile of account %j and role %j are called %s', (account, role, name) => {
    expect(profileNameOf(account, role)).toBe(name)
    expect(() => credentialFormats.ini(withSecret('x', { profile: profileNameOf(account, role) }))).not.toThrow()
  })
})

describe('credentials as JSON', () => {
  const fields = {
    Version: 1,
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: hostile,
    SessionToken: TOKEN,
    Expiration: '2026-11-22T13:00:00Z',
  }

  it('credentials as JSON of a credential_process are just what it answers', () => {
    expect(JSON.parse(credentialFormats.process(withSecret(hostile)))).toEqual(fields)
  })

  it('credentials as JSON have the region beside them', () => {
    expect(JSON.parse(credentialFormats.json(withSecret(hostile)))).toEqual({ ...fields, Region: 'eu-west-1' })
  })
})

describe('a value with a line break', () => {
  const { process: _, json: __, ...lineFormats } = credentialFormats

  it.each(Object.keys(lineFormats) as (keyof typeof lineFormats)[])(
    'a value with a line break is refused in the format %s',
    (name) => {
      for (const broken of ['a\nexport X=y', 'a\rb', 'a\0b', 'a\u0085b'])
        expect(() => credentialFormats[name](withSecret(broken))).toThrow('cannot be written in this format')
    },
  )

  it('a value with a line break is not repeated by the error', () => {
    const error = (() => {
      try {
        return credentialFormats.env(withSecret('top\nsecret'))
      } catch (thrown) {
        return thrown
      }
    })()
    expect(JSON.stringify({ ...(error as object), message: String(error) })).not.toContain('secret"')
    expect(String(error)).not.toContain('top')
  })
})

describe('the profiles of one file', () => {
  it('the profiles of one file have a name each, also where a role is called as a second one would be', () => {
    const names = ['Prod-Dev', 'Prod-Dev', 'Prod-Dev-2', 'Prod-Dev', 'Test-Dev']
    expect(distinctProfileNames(names)).toEqual(['Prod-Dev', 'Prod-Dev-2', 'Prod-Dev-2-2', 'Prod-Dev-3', 'Test-Dev'])
  })

  it('the profiles of one file are distinct where they are as long as names may be', () => {
    const names = distinctProfileNames(Array.from({ length: 20 }, () => 'x'.repeat(128)))
    expect(new Set(names).size).toBe(20)
    expect(Math.max(...names.map(({ length }) => length))).toBe(128)
  })
})
