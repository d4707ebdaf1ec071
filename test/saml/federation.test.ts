import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEntity } from '../../src/saml/federation/entity.ts'
import { type AggregateOptions, indexAggregate } from '../../src/saml/federation/index-aggregate.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'

const folder = join(import.meta.dirname, '../fixtures/metadata/federation')
const fixture = (name: string): string => readFileSync(join(folder, `${name}.xml`), 'utf8')
const keyOf = (name: string) => new X509Certificate(readFileSync(join(folder, `${name}.crt`))).publicKey

const now = new Date('2026-11-22T05:00:00Z')
const keys = [keyOf('publisher')]
const plain = fixture('plain')

/** The document in chunks of that many octets. */
async function* chunksOf(octets: Uint8Array, size: number) {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size)
}

const index = (xml: string, options: Partial<AggregateOptions> = {}, size = 1024) =>
  indexAggregate(chunksOf(Buffer.from(xml), size), { now, keys, ...options })

const codeOf = (xml: string, options: Partial<AggregateOptions> = {}): Promise<string> =>
  index(xml, options).then(
    () => 'accepted',
    (error: { code?: string }) => error.code ?? String(error),
  )

/** Changed in one place, which is there exactly once. */
const edit = (xml: string, from: string, to: string): string => {
  expect(xml.split(from)).toHaveLength(2)
  return xml.replace(from, () => to)
}

const idps = [
  'https://idp.geneve.example.ch/idp',
  'https://idp.tromso.example.no/idp',
  'https://self.example.net/idp',
  'https://idp.beijing.example.cn/idp',
  'https://hidden.example.org/idp',
  'https://ended.example.org/idp',
]

describe('the index of an aggregate', () => {
  it('the index of an aggregate has the SAML 2.0 identity providers and no others', async () => {
    const { entities, entityCount } = await index(plain)
    expect([...entities.keys()]).toEqual(idps)
    expect(entityCount).toBe(8)
  })

  it('the index of an aggregate has the validity of the whole', async () => {
    const { validUntil, cacheSeconds } = await index(plain)
    expect(validUntil).toEqual(new Date('2095-01-01T00:00:00Z'))
    expect(cacheSeconds).toBe(6 * 3600)
  })

  it.each([
    [
      'by language',
      0,
      [
        ['en', 'University of Geneva'],
        ['fr', 'Université de Genève'],
        ['de', 'Universität Genf'],
      ],
    ],
    [
      'whole, whatever comments and CDATA sections are in them',
      1,
      [
        ['no', 'Tromsø <& Nord>'],
        ['en', 'Arctic University'],
      ],
    ],
    ["of the organization where there is no other, beyond the Unicode's first plane", 3, [['en', '北京大学 𠮷']]],
  ] as const)('the index of an aggregate has names %s', async (_, n, names) => {
    const entity = [...(await index(plain)).entities.values()][n]
    expect(entity?.names.map(({ language, name }) => [language, name])).toEqual(names)
  })

  it('knows who asks to be hidden', async () => {
    const { entities } = await index(plain)
    expect([...entities.values()].filter(({ isHidden }) => isHidden).map(({ entityId }) => entityId)).toEqual([
      'https://hidden.example.org/idp',
    ])
  })

  it('says where each entity stands, in octets', async () => {
    const octets = Buffer.from(plain)
    for (const { entityId, offset, length } of (await index(plain)).entities.values()) {
      const slice = octets.subarray(offset, offset + length).toString()
      expect(slice).toMatch(/^<(md:)?EntityDescriptor[\s>]/)
      expect(slice).toMatch(/<\/(md:)?EntityDescriptor>$/)
      expect(slice).toContain(`entityID="${entityId}"`)
    }
  })

  it.each([1, 2, 3, 7, 64, 4096, 1_000_000])(
    'the index of an aggregate is the same however the octets arrive: %i at a time',
    async (size) => {
      expect(await index(plain, {}, size)).toEqual(await index(plain))
    },
  )

  it('takes the first of an entityID', async () => {
    const doubled = fixture('unsigned').replaceAll('https://ended.example.org/idp', idps[0] ?? '')
    const { entities } = await index(doubled, { keys: undefined } as never)
    expect(entities.get(idps[0] ?? '')?.names).toHaveLength(3)
  })

  it('metadata of one entity without an aggregate has that one', async () => {
    const [entity = ''] = /<EntityDescriptor[\s\S]*?<\/EntityDescriptor>/.exec(fixture('unsigned')) ?? []
    const alone = entity.replace(
      '<EntityDescriptor',
      '<EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"',
    )
    const { entities } = await indexAggregate(chunksOf(Buffer.from(alone), 100), { now })
    expect([...entities.keys()]).toEqual(['https://idp.beijing.example.cn/idp'])
  })
})

describe('the signature of an aggregate', () => {
  it.each(['plain', 'prefixes', 'with-comments', 'sha512'])('a signature by xmlsec1 holds: %s', async (name) => {
    expect((await index(fixture(name))).entities.size).toBe(idps.length)
  })

  it('the signature of an aggregate may be ECDSA', async () => {
    expect((await index(fixture('ecdsa'), { keys: [keyOf('publisher-ec')] })).entities.size).toBe(idps.length)
  })

  it('the signature of an aggregate may be of any of several keys', async () => {
    expect(await codeOf(plain, { keys: [keyOf('stranger'), keyOf('publisher')] })).toBe('accepted')
  })

  it.each([
    ['line ends of another system', plain.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${plain}`],
    [
      'characters by number',
      plain.replaceAll('ä', '&#228;').replaceAll('北', '&#x5317;').replaceAll('𠮷', '&#x20BB7;'),
    ],
    ['text as CDATA', edit(plain, 'Universität Genf', 'Univer<![CDATA[sität]]> Genf')],
    [
      'comments anywhere',
      edit(
        plain,
        '</md:EntitiesDescriptor>\n  <md:EntityDescriptor entityID="https://sp',
        '</md:EntitiesDescriptor>\n<!-- < & --->  <md:EntityDescriptor entityID="https://sp'.replace('--->', '-->'),
      ),
    ],
    [
      'attributes in another order',
      edit(
        plain,
        'xmlns:unused="urn:unused" entityID="https://idp.tromso.example.no/idp"',
        'entityID="https://idp.tromso.example.no/idp"\n xmlns:unused="urn:unused" ',
      ),
    ],
    ['other quotes', edit(plain, 'entityID="https://sp.example.org/sp"', "entityID='https://sp.example.org/sp'")],
    [
      'namespaces nobody uses',
      edit(
        plain,
        '<md:EntityDescriptor entityID="https://sp',
        '<md:EntityDescriptor xmlns:more="urn:more" entityID="https://sp',
      ),
    ],
  ])('covers what the text says, not how it is written: %s', async (_, xml) => {
    expect(await codeOf(xml)).toBe('accepted')
  })

  it.each([
    ['a letter of a name', edit(plain, 'University of Geneva', 'University of Genova')],
    [
      'white space between entities',
      edit(plain, '<md:EntitiesDescriptor Name="nested"', ' <md:EntitiesDescriptor Name="nested"'),
    ],
    [
      'white space before the Signature',
      edit(
        plain,
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#federation">',
        ' <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#federation">',
      ),
    ],
    ['an attribute of the whole', edit(plain, 'validUntil="2095', 'validUntil="2096')],
    [
      'an entity that is gone',
      plain.replace(/<md:EntityDescriptor entityID="https:\/\/old[\s\S]*?<\/md:EntityDescriptor>/, ''),
    ],
    [
      'an entity too many',
      plain.replace(/(<md:EntityDescriptor entityID="https:\/\/old[\s\S]*?<\/md:EntityDescriptor>)/, '$1$1'),
    ],
    [
      'what a prefix means',
      edit(plain, 'xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" xmlns:saml=', 'xmlns:mdui="urn:else" xmlns:saml='),
    ],
    ['a prefix that is listed', fixture('prefixes').replace('xmlns:unused="urn:unused"', 'xmlns:unused="urn:used"')],
    ['a reference to a character that only looks like one', plain.replace('Arctic', '&#x141;rctic')],
    ['the signature of an entity', plain.replace(/(<ds:Reference URI="#self">[\s\S]*?<ds:DigestValue>)./, '$1_')],
  ])('fails for %s', async (_, xml) => {
    expect(await codeOf(xml)).toBe('saml.signature_digest')
  })

  it.each([
    ['is not there', fixture('unsigned'), 'saml.signature_shape'],
    [
      'is not the first child',
      plain.replace(/(<ds:Signature[\s\S]*?<\/ds:Signature>)([\s\S]*?<\/md:EntityDescriptor>)/, '$2$1'),
      'saml.signature_shape',
    ],
    ['is there twice', plain.replace(/(<ds:Signature[\s\S]*?<\/ds:Signature>)/, '$1$1'), 'saml.signature_shape'],
    ['refers to something else', edit(plain, 'ID="federation"', 'ID="another"'), 'saml.signature_reference'],
    [
      'refers to an ID that is there twice',
      edit(plain, '<md:SPSSODescriptor', '<md:SPSSODescriptor ID="federation"'),
      'saml.duplicate_id',
    ],
    ['has another digest', plain.replace(/<ds:DigestValue>./, '<ds:DigestValue>_'), 'saml.signature_encoding'],
    ['is huge', plain.replace('<ds:SignatureValue>', `<ds:SignatureValue>${'A'.repeat(300_000)}`), 'saml.too_large'],
  ])('the signature of an aggregate is refused when it %s', async (_, xml, code) => {
    expect(await codeOf(xml)).toBe(code)
  })

  it('the signature of an aggregate is refused when it is not of a pinned key', async () => {
    expect(await codeOf(plain, { keys: [keyOf('stranger')] })).toBe('saml.signature_invalid')
  })

  it('a signature of an entity inside says nothing about the whole', async () => {
    const [inner = ''] = /<md:EntityDescriptor [^>]*ID="self"[\s\S]*?<\/md:EntityDescriptor>/.exec(plain) ?? []
    const wrapped = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${inner}</md:EntitiesDescriptor>`
    expect(await codeOf(inner, { keys: [keyOf('stranger')] })).toBe('accepted')
    expect(await codeOf(wrapped, { keys: [keyOf('stranger')] })).toBe('saml.signature_shape')
  })

  it('the signature of an aggregate is checked before what follows is read', async () => {
    const broken = plain.replace(/<\/ds:Signature>[\s\S]*$/, '</ds:Signature><<<')
    expect(await codeOf(broken, { keys: [keyOf('stranger')] })).toBe('saml.signature_invalid')
  })
})

describe('a document that is no aggregate', () => {
  it.each([
    ['is over', fixture('expired'), 'saml.metadata_expired'],
    ['is cut off', plain.slice(0, -30), 'saml.malformed'],
    ['has a document type', plain.replace('?>', '?><!DOCTYPE md [<!ENTITY a "b">]>'), 'saml.doctype'],
    ['says another encoding', plain.replace('UTF-8', 'ISO-8859-1'), 'saml.encoding'],
  ])('a document that is not an aggregate is refused when it %s', async (_, xml, code) => {
    expect(await codeOf(xml)).toBe(code)
  })

  it('a document that is not an aggregate is refused when it is not UTF-8', async () => {
    const octets = Buffer.from(plain)
    octets[octets.indexOf('Universität') + 8] = 0xff
    await expect(indexAggregate(chunksOf(octets, 999), { now })).rejects.toMatchObject({ code: 'saml.encoding' })
  })

  const ascii = plain.replace(/[^\0-\x7f]/gu, 'x').replace(/ID="[^"]*"/, '')

  it.each([1, 7, 40, 65_536])(
    'a document that is not an aggregate is read as ASCII under another name, in chunks of %i',
    async (size) => {
      const xml = `<?xml version="1.0" encoding="us-ascii"?>${ascii.replace(/^<\?xml.*?\?>/, '')}`
      const found = await indexAggregate(chunksOf(Buffer.from(xml), size), { now })
      const octets = Buffer.from(xml)
      const entity = await readEntity(found, idps[0] ?? '', async (at, length) => octets.subarray(at, at + length), now)
      expect(entity?.entityId).toBe(idps[0])
    },
  )

  it('a document that is not an aggregate is refused when it is called ASCII and is not', async () => {
    const xml = `<?xml version="1.0" encoding="us-ascii"?>${plain.replace(/^<\?xml.*?\?>/, '')}`
    for (const size of [40, 65_536])
      await expect(indexAggregate(chunksOf(Buffer.from(xml), size), { now })).rejects.toMatchObject({
        code: 'saml.encoding',
      })
  })

  it('a document that is not an aggregate is refused when it describes no identity provider', async () => {
    const xml = '<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>'
    await expect(indexAggregate(chunksOf(Buffer.from(xml), 9), { now })).rejects.toMatchObject({
      code: 'saml.metadata_not_idp',
    })
  })

  it('a document that is not an aggregate is refused when a tag never ends', async () => {
    const xml = `${plain.slice(0, 3000)}<md:X a="${'a'.repeat(1_100_000)}`
    await expect(indexAggregate(chunksOf(Buffer.from(xml), 65_536), { now })).rejects.toMatchObject({
      code: 'saml.too_large',
    })
  })
})

describe('an entity of an aggregate', () => {
  const octets = Buffer.from(plain)
  const from = (document: Uint8Array) => async (offset: number, length: number) =>
    document.subarray(offset, offset + length)

  it('an entity of an aggregate is read in the context in which it stood', async () => {
    const found = await readEntity(await index(plain), idps[0] ?? '', from(octets), now)
    const whole = parseIdpMetadata(plain, { now, entityId: idps[0] ?? '' })
    expect({ ...found, xml: '' }).toEqual({ ...whole, xml: '', cacheSeconds: undefined })
    expect(found?.singleSignOn.redirect).toBe('https://idp.geneve.example.ch/sso?a=1&b="2"')
    expect(found?.scopes.map(({ value }) => value)).toEqual(['geneve.example.ch', '^.+\\.geneve\\.example\\.ch$'])
  })

  it.each([
    ['its own', 2, '2095-01-01T00:00:00.000Z'],
    ['that of what it is nested in, where that ends first', 1, '2090-01-01T00:00:00.000Z'],
  ])('an entity of an aggregate has a validity: %s', async (_, n, until) => {
    const found = await readEntity(await index(plain), idps[n] ?? '', from(octets), now)
    expect(found?.validUntil?.toISOString()).toBe(until)
  })

  it('an entity of an aggregate is not found when it is not in the index', async () => {
    expect(await readEntity(await index(plain), 'https://sp.example.org/sp', from(octets), now)).toBeUndefined()
  })

  it('an entity of an aggregate is refused when it has ended', async () => {
    await expect(readEntity(await index(plain), idps[5] ?? '', from(octets), now)).rejects.toMatchObject({
      code: 'saml.metadata_expired',
    })
  })

  it('an entity of an aggregate is refused when its octets are not those that were verified', async () => {
    const changed = Buffer.from(plain.replace('https://idp.geneve.example.ch/sso', 'https://idp.geneva.example.ch/sso'))
    await expect(readEntity(await index(plain), idps[0] ?? '', from(changed), now)).rejects.toMatchObject({
      code: 'saml.metadata_changed',
    })
  })
})
