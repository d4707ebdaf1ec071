/** The change that a rotation makes to a configuration file: one list, and nothing else. */
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { entriesIn, withEntry, withFirstAlone, withSecondFirst } from '../../src/cli/keys/edit-config.ts'
import type { KeyPurpose } from '../../src/cli/keys/options.ts'

const PAIR = { key: './b.key', certificate: './b.crt' }

const above = `# The gateway of Example Corp
baseUrl: https://aws.example.com   # public

session:
    secret: \${file:./secrets/session-secret}   # rotated in May
    idle: 30m
`
const below = `
# Decrypts
encryption: { key: ./e.key, certificate: ./e.crt } # one line
issuer:
  # towards AWS
  url: https://aws.example.com
  key: ./issuer.key

access:
- when: { provider: corp }   # everyone
  roles: [ "arn:aws:iam::111122223333:role/\${ROLE}" ]
`
const block = `signing:
  # the crown jewel
  key: ./a.key
  certificate: ./a.crt # until 2027
`
const whole = `${above}${block}${below}`

describe('a change of the configuration by a rotation', () => {
  it('a change adds the new key behind the present one, and leaves every other line as it was', () => {
    const { text, difference } = withEntry(whole, 'signing', PAIR, [])
    expect(parse(text).signing).toEqual([{ key: './a.key', certificate: './a.crt' }, PAIR])
    expect(text.startsWith(above)).toBe(true)
    expect(text.endsWith(below)).toBe(true)
    expect(text).toContain('# the crown jewel')
    expect(text).toContain('# until 2027')
    expect(difference.filter((line) => line.startsWith('+')).join('\n')).toContain('./b.key')
  })

  it('a change turns back into the file of before when it is undone', () => {
    const published = withEntry(whole, 'signing', PAIR, []).text
    const switched = withSecondFirst(published, 'signing').text
    expect(parse(switched).signing).toEqual([PAIR, { key: './a.key', certificate: './a.crt' }])
    const back = withFirstAlone(withSecondFirst(switched, 'signing').text, 'signing').text
    expect(parse(back)).toEqual(parse(whole))
    expect(back.startsWith(above) && back.endsWith(below)).toBe(true)
  })

  it.each<[KeyPurpose, unknown, readonly unknown[]]>([
    ['encryption', PAIR, [{ key: './e.key', certificate: './e.crt' }, PAIR]],
    ['issuer', './issuer-2.key', ['./issuer.key', './issuer-2.key']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as the file has it.
    ['session', '${file:./s2}', ['${file:./secrets/session-secret}', '${file:./s2}']],
  ])('a change finds the list of %s', (purpose, entry, wanted) => {
    const { text } = withEntry(whole, purpose, entry, [])
    expect(entriesIn(text, purpose)).toEqual(wanted)
    expect(text).toContain('# public')
    expect(text).toContain('- when: { provider: corp }   # everyone')
    expect(text).toContain(block)
  })

  it.each<[string, string]>([
    ['in one line', 'signing: { key: ./a.key, certificate: ./a.crt }\nproviders: []\n'],
    ['as the last key, without a line break', 'providers: []\nsigning:\n  key: ./a.key\n  certificate: ./a.crt'],
    ['as a list that is not indented', 'signing:\n- key: ./a.key\n  certificate: ./a.crt\nproviders: []\n'],
    ['with Windows line breaks', 'signing:\r\n  key: ./a.key\r\n  certificate: ./a.crt\r\nproviders: []\r\n'],
    ['in JSON', '{"signing": {"key": "./a.key", "certificate": "./a.crt"}, "providers": []}'],
    [
      'in quotes, after a document marker',
      '---\n"signing":\n    key: "./a.key"\n    certificate: "./a.crt"\n\n\nproviders: []\n',
    ],
  ])('a change is right where the key is written %s', (_, text) => {
    const changed = withEntry(text, 'signing', PAIR, []).text
    expect(parse(changed)).toEqual({ providers: [], signing: [{ key: './a.key', certificate: './a.crt' }, PAIR] })
    expect(parse(withFirstAlone(withSecondFirst(changed, 'signing').text, 'signing').text).signing).toEqual(PAIR)
  })

  it.each([
    [
      'YAML',
      '{baseUrl: https://a.example, session: {secret: do-not-show}, signing: {key: ./a.key, certificate: ./a.crt}}\n',
    ],
    ['JSON', '{"session":{"secret":"do-not-show"},"signing":{"key":"./a.key","certificate":"./a.crt"},"providers":[]}'],
    ['a list', '{session: {secret: do-not-show}, signing: [{key: ./a.key, certificate: ./a.crt}]}\n'],
    ['no key', '{session: {secret: do-not-show}}\n'],
    ['no key after a comma', '{"session": {"secret": "do-not-show"}, }'],
  ])('a change of a file on one line, of %s, shows no line of it', (_, text) => {
    const present = { key: './a.key', certificate: './a.crt' }
    const added = withEntry(text, 'signing', PAIR, [present])
    const switched = withSecondFirst(added.text, 'signing')
    const done = withFirstAlone(switched.text, 'signing')
    expect([added, switched, done].map((edit) => entriesIn(edit.text, 'signing'))).toEqual([
      [present, PAIR],
      [PAIR, present],
      [PAIR],
    ])
    for (const edit of [added, switched, done]) {
      expect(parse(edit.text)).toEqual({ ...parse(text), signing: parse(edit.text).signing })
      expect(edit.text).toContain('do-not-show')
      expect(edit.difference.join()).toContain('./b.key')
      expect(edit.difference.join()).not.toContain('do-not-show')
    }
  })

  it('a change writes down what was implied where the file names no key', () => {
    const implied = [{ key: './certs/signing.key', certificate: './certs/signing.crt' }]
    const text = 'baseUrl: http://localhost:8080\n# the end\n'
    const changed = withEntry(text, 'signing', PAIR, implied).text
    expect(changed.startsWith(text)).toBe(true)
    expect(parse(changed).signing).toEqual([...implied, PAIR])
    expect(parse(withEntry(text, 'issuer', './i2.key', ['./certs/issuer.key']).text).issuer).toEqual({
      key: ['./certs/issuer.key', './i2.key'],
    })
  })

  it('a change makes a list of a key in AWS KMS', () => {
    const kms = { keyId: 'alias/a', region: 'eu-west-1' }
    const text = 'issuer:\n  kms: { keyId: alias/a, region: eu-west-1 }\n  algorithm: ES256\n'
    expect(entriesIn(text, 'issuer')).toEqual([{ kms }])
    expect(parse(withEntry(text, 'issuer', './i.key', []).text)).toEqual({
      issuer: { algorithm: 'ES256', key: [{ kms }, './i.key'] },
    })
  })

  it.each([
    ['an alias', 'a: &k { key: ./a.key, certificate: ./a.crt }\nsigning: *k\n'],
    ['no YAML', 'signing: [\n'],
    ['no mapping', '- a\n'],
  ])('a change is refused where the file has %s', (_, text) => {
    expect(() => withEntry(text, 'signing', PAIR, [])).toThrow(expect.objectContaining({ code: 'keys.not_editable' }))
  })
  it('a change is refused where it would remove what another key refers to', () => {
    const text = 'signing: &k { key: ./a.key, certificate: ./a.crt }\nencryption: *k\n'
    const switched = withSecondFirst(withEntry(text, 'signing', PAIR, []).text, 'signing').text
    expect(parse(switched).encryption).toEqual({ key: './a.key', certificate: './a.crt' })
    expect(() => withFirstAlone(switched, 'signing')).toThrow(expect.objectContaining({ code: 'keys.not_editable' }))
  })
})
