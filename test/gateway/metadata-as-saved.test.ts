/** Metadata as real identity providers and the people who save it leave it: what logins make of it, `fedgate check` says. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkSamlProvider } from '../../src/check/saml-provider.ts'
import { metadataFacts } from '../../src/cli/check-provider.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { SamlProviderConfig } from '../../src/config/types.ts'
import { outcomeOf, type Verdict } from '../../src/core/verdict.ts'
import { createMetadata } from '../../src/gateway/metadata/metadata.ts'
import type { MetadataSettings } from '../../src/gateway/metadata/settings.ts'
import { portsOf } from '../check/check-fixtures.ts'

const fixtures = join(import.meta.dirname, '../fixtures')
const faults = join(fixtures, 'faults/login')
const now = () => new Date('2026-12-01T12:00:00Z')
const folder = mkdtempSync(join(tmpdir(), 'fedgate-metadata-as-saved-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Seen {
  /** What a login gets. */
  readonly login: string
  readonly log: readonly string[]
  readonly check: Verdict
}

const seenWith = async (settings: MetadataSettings, provider: SamlProviderConfig): Promise<Seen> => {
  const log: string[] = []
  const metadata = createMetadata(settings, { now, stateFolder: folder, log: lineLog((line) => log.push(line)) })
  const login = await metadata.read().then(
    ({ entityId }) => entityId,
    (error: { code?: string }) => error.code ?? String(error),
  )
  await metadata.close()
  const ports = {
    ...portsOf(),
    now,
    readMetadata: () => metadataFacts({ stateFolder: folder }, { ...provider, ...settings }, now),
  }
  return { login, log, check: await checkSamlProvider({ ...provider, ...settings }, ports) }
}

const providerOf = async (name: string): Promise<SamlProviderConfig> => {
  const [provider] = (await readConfig(join(faults, name, 'config.yaml'), {})).providers
  if (provider?.protocol !== 'saml') throw new Error('no SAML provider')
  return provider
}

const seen = async (name: string): Promise<Seen> => {
  const provider = await providerOf(name)
  return seenWith(provider, provider)
}

/** The same provider with metadata of other octets. */
const seenAs = async (octets: string | Buffer, more: Partial<MetadataSettings> = {}): Promise<Seen> => {
  const path = join(folder, 'metadata.xml')
  writeFileSync(path, octets)
  const { entityId: _, ...provider } = await providerOf('metadata-us-ascii')
  return seenWith({ ...provider, ...more, metadata: { kind: 'file', path } }, provider)
}

const warningsIn = (verdict: Verdict) =>
  verdict.flatMap(({ name, warning }) => (warning ? [`${name}: ${warning}`] : []))
const failuresIn = (verdict: Verdict) =>
  verdict.flatMap(({ name, outcome, found }) => (outcome === 'fail' ? [`${name}: ${found}`] : []))

const ID = 'https://idp.example.com/metadata'
const plain = readFileSync(join(faults, 'metadata-pem-armour/metadata.xml'), 'latin1')

describe('metadata that peers read', () => {
  it.each([
    'metadata-xml-stylesheet',
    'metadata-us-ascii',
    'metadata-iso-8859-1',
    'metadata-utf16',
    'metadata-pem-armour',
  ])('%s was refused', async (name) => {
    const { login, check, log } = await seen(name)
    expect(login).toBe(ID)
    expect(outcomeOf(check)).toBe('pass')
    expect([...warningsIn(check), ...log]).toEqual([])
  })

  it.each([
    ['metadata-one-unreadable-certificate', 'the X509Certificate is not the base64 of a certificate'],
    ['metadata-empty-certificate', 'the X509Certificate is empty'],
  ])('%s was refused for one key among good ones, which is left out and named', async (name, reason) => {
    const { login, check, log } = await seen(name)
    expect(login).toBe(ID)
    expect(outcomeOf(check)).toBe('pass')
    expect(log).toEqual([
      `A key of the metadata is left out provider=idp place="signing key 1 of 2" reason=${JSON.stringify(reason)}`,
    ])
    expect(warningsIn(check)).toEqual([
      `signingKeysAreUsable: not used: ${reason}; have the identity provider remove or replace it`,
    ])
  })

  it('metadata-old-and-new-certificate failed the check, although logins worked', async () => {
    const { login, check } = await seen('metadata-old-and-new-certificate')
    expect(login).toBe(ID)
    expect(outcomeOf(check)).toBe('pass')
    expect(warningsIn(check)).toEqual([
      'signingCertificatesAreCurrent: have it removed from the metadata: another one is current',
    ])
  })

  it.each([
    ['metadata-rsa-1024', 'an RSA key of 1024 bits, below 2048'],
    [
      'metadata-rsa-pss-key',
      'a key for RSASSA-PSS alone (a certificate for rsaEncryption serves RSA-PSS signatures too)',
    ],
  ])('%s passed the check, although every login failed', async (name, reason) => {
    const { login, check } = await seen(name)
    expect(login).toBe('saml.metadata_keys_unfit')
    expect(failuresIn(check)).toEqual([`signingKeysAreUsable: ${reason}`])
  })

  it('a weak key beside a good one is no key that logins go by, and the check says so', async () => {
    const weak = readFileSync(join(faults, 'metadata-rsa-1024/metadata.xml'), 'latin1')
    const [descriptor = ''] = /<md:KeyDescriptor.*?<\/md:KeyDescriptor>/s.exec(weak) ?? []
    const { login, check } = await seenAs(plain.replace('<md:KeyDescriptor', `${descriptor}<md:KeyDescriptor`))
    expect(login).toBe(ID)
    expect(warningsIn(check)).toEqual([
      'signingKeysAreUsable: not used: an RSA key of 1024 bits, below 2048; have the identity provider remove or replace it',
    ])
  })
})

/** Makes of the X509Certificate what the test wants. */
const withKeyInfo = (content: string) => plain.replace(/<ds:X509Data>.*<\/ds:X509Data>/s, content)
const base64 = /-----BEGIN CERTIFICATE-----([^-]*)/.exec(plain)?.[1]?.replace(/\s/g, '') ?? ''

const certificate = (algorithm: string, ...options: string[]): string => {
  const [key, out] = [join(folder, 'key.pem'), join(folder, 'crt.pem')]
  execFileSync('openssl', ['genpkey', '-algorithm', algorithm, ...options, '-out', key], { stdio: 'ignore' })
  const request = ['req', '-x509', '-new', '-key', key, '-subj', '/CN=idp', '-days', '3650', '-out', out]
  execFileSync('openssl', request, { stdio: 'ignore' })
  return readFileSync(out, 'latin1').replace(/-----[^-]+-----|\s/g, '')
}

describe('the keys in metadata', () => {
  const x509 = (text: string) => `<ds:X509Data><ds:X509Certificate>${text}</ds:X509Certificate></ds:X509Data>`

  it.each([
    ['in base64 alone', x509(base64)],
    ['with lines that end as on Windows', x509(`\r\n${base64.replace(/.{64}/g, '$&&#13;\r\n')}\r\n`)],
    [
      'as PEM with white space before and after',
      x509(`\n  -----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n `),
    ],
    [
      'as a PEM chain, of which the first counts',
      x509(
        `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
      ),
    ],
    ['beside their name', `<ds:KeyName>signing</ds:KeyName>${x509(base64)}`],
    ['in an X509Data of their own each', x509(base64) + x509(base64)],
  ])('the keys in metadata are read %s', async (_, content) => {
    const { login, check } = await seenAs(withKeyInfo(content))
    expect(login).toBe(ID)
    expect([...failuresIn(check), ...warningsIn(check)]).toEqual([])
  })

  it.each([
    ['named and not there', '<ds:KeyName>signing</ds:KeyName>', 'no X509Certificate, only KeyName'],
    [
      'bare',
      '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>',
      'no X509Certificate, only KeyValue',
    ],
    ['nowhere', '', 'no X509Certificate'],
    ['empty', x509(' \n'), 'the X509Certificate is empty'],
    ['no certificate', x509('AAAA'), 'the X509Certificate is not the base64 of a certificate'],
  ])('metadata keys that are %s are reported with their place', async (_, content, reason) => {
    const { login, check } = await seenAs(withKeyInfo(content))
    expect(login).toBe('saml.metadata_certificate')
    expect(failuresIn(check)).toEqual([`signingKeysAreUsable: signing key 1 of 1: ${reason}`])
  })

  it.each([
    ['ED25519', [], 'a key of type ed25519'],
    ['EC', ['-pkeyopt', 'ec_paramgen_curve:secp256k1'], 'an EC key on secp256k1'],
  ])('metadata keys of %s that no signature is verified with are reported', async (algorithm, options, reason) => {
    const { login, check } = await seenAs(withKeyInfo(x509(certificate(algorithm, ...options))))
    expect(login).toBe('saml.metadata_keys_unfit')
    expect(failuresIn(check)).toEqual([`signingKeysAreUsable: ${reason}`])
  })

  it('the keys in metadata are read whatever the certificate is signed with: it is pinned', async () => {
    const [key, out] = [join(folder, 'sha1.key'), join(folder, 'sha1.crt')]
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha1', '-subj', '/CN=idp', '-days', '3650']
    execFileSync('openssl', [...args, '-keyout', key, '-out', out], { stdio: 'ignore' })
    const { login } = await seenAs(withKeyInfo(x509(readFileSync(out, 'latin1').replace(/-----[^-]+-----|\s/g, ''))))
    expect(login).toBe(ID)
  })

  it('keys of metadata that has ended are not used', async () => {
    const { login, check } = await seenAs(plain.replace('entityID=', 'validUntil="2026-11-30T00:00:00Z" entityID='))
    expect(login).toBe('saml.metadata_expired')
    expect(failuresIn(check)).toEqual(['metadataIsCurrent: 2026-11-30T00:00:00.000Z'])
  })

  it('the keys in metadata are those of the first role that speaks SAML 2.0', async () => {
    const [role = ''] = /<md:IDPSSODescriptor.*<\/md:IDPSSODescriptor>/s.exec(plain) ?? []
    const older = role.replace('SAML:2.0:protocol', 'SAML:1.1:protocol').replace(base64.slice(0, 40), 'AAAA')
    const { login, check } = await seenAs(plain.replace(role, () => older + role + older))
    expect(login).toBe(ID)
    expect([...failuresIn(check), ...warningsIn(check)]).toEqual([])
  })
})

const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')
const declaring = (encoding: string) => plain.replace('encoding="UTF-8"', `encoding='${encoding}'`)
/** A name that is no ASCII, in a comment and in the metadata itself. */
const french = (text: string) =>
  text.replace(
    '</md:EntityDescriptor>',
    '<!-- été --><md:ContactPerson contactType="technical"><md:GivenName>Zoé</md:GivenName></md:ContactPerson></md:EntityDescriptor>',
  )

describe('the encodings of metadata', () => {
  it.each([
    ['UTF-8 with a byte order mark', `\uFEFF${plain}`],
    ['UTF-8 that is called utf-8 in small letters', french(declaring('utf-8'))],
    ['ASCII that is called utf-16, as .NET writes it', declaring('utf-16')],
    ['ASCII that is called Windows-1252', declaring('Windows-1252')],
    ['UTF-16, least octet first', utf16(french(declaring('UTF-16')))],
    ['UTF-16, greatest octet first', utf16(french(declaring('UTF-16BE'))).swap16()],
    ['UTF-16 that is called UTF-8, as a shell saves it', utf16(french(plain))],
    ['UTF-16 without a declaration', utf16(french(plain.replace(/<\?xml.*?\?>/, '')))],
  ])('%s is read', async (_, octets) => {
    expect((await seenAs(octets)).login).toBe(ID)
  })

  it.each([
    ['ISO-8859-1 beyond ASCII', Buffer.from(french(declaring('ISO-8859-1')), 'latin1')],
    ['UTF-8 that is called ISO-8859-1', Buffer.from(french(declaring('ISO-8859-1')))],
    ['UTF-16 without a byte order mark', Buffer.from(declaring('UTF-16'), 'utf16le')],
    ['UTF-16 that is called ISO-8859-1', utf16(declaring('ISO-8859-1'))],
    [
      'half a surrogate pair in UTF-16',
      utf16(plain.replace('</md:EntityDescriptor>', '<!--\uD83D--></md:EntityDescriptor>')),
    ],
    ['UTF-7', Buffer.from(declaring('UTF-7'))],
    ['UTF-16 that stops within a character', utf16(plain).subarray(0, -1)],
  ])('%s is refused', async (_, octets) => {
    const { login, check } = await seenAs(octets)
    expect(login).toBe('provider.unavailable')
    expect(failuresIn(check)).toHaveLength(1)
    expect(check.find(({ outcome }) => outcome === 'fail')?.name).toBe('metadataIsReadable')
  })

  it.each([
    ['a DOCTYPE', '<!DOCTYPE md:EntityDescriptor>'],
    ['a DOCTYPE with an entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'],
    ['another processing instruction', '<?php echo 1 ?>'],
  ])('%s is refused in UTF-16 too', async (_, before) => {
    const text = plain.replace('<md:EntityDescriptor', `${before}<md:EntityDescriptor`)
    expect((await seenAs(text)).login).toBe('provider.unavailable')
    expect((await seenAs(utf16(text))).login).toBe('provider.unavailable')
  })

  it('a style sheet is not taken inside the root', async () => {
    const inside = plain.replace('<md:IDPSSO', '<?xml-stylesheet href="x.xsl"?><md:IDPSSO')
    expect((await seenAs(inside)).login).toBe('provider.unavailable')
  })
})

describe('signed metadata', () => {
  const signed = readFileSync(join(fixtures, 'metadata/federation/plain.xml'), 'utf8')
  const settings = {
    metadataCertificate: join(fixtures, 'metadata/federation/publisher.crt'),
    entityId: 'https://idp.geneve.example.ch/idp',
  }
  const styled = signed.replace(/^(<\?xml[^>]*\?>)?/, '$1\n<?xml-stylesheet type="text/xsl" href="mdui.xsl"?>')
  const large = (text: string) =>
    text.replace('\n<md:EntitiesDescriptor', `${`<!--${'x'.repeat(100_000)}-->`.repeat(11)}\n<md:EntitiesDescriptor`)

  it.each([
    ['in UTF-16', utf16(signed)],
    ['under a style sheet', styled],
    ['under a style sheet, as a stream', large(styled)],
  ])('verifies %s', async (_, octets) => {
    expect((await seenAs(octets, settings)).login).toBe(settings.entityId)
  })

  it.each([
    ['in UTF-16', utf16],
    ['under a style sheet', (text: string) => text],
    ['under a style sheet, as a stream', large],
  ])('metadata that was changed is refused %s', async (_, save) => {
    const changed = styled.replace('https://idp.geneve.example.ch/sso', 'https://idp.evil.example.ch/sso')
    const { check } = await seenAs(save(changed), settings)
    expect(failuresIn(check).map((line) => line.split(':')[0])).toEqual(['metadataIsSigned'])
  })
})
