import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lineLog } from '../../src/cli/line-log.ts'
import { createMetadata, type ProviderMetadata } from '../../src/gateway/metadata/metadata.ts'
import type { MetadataSettings } from '../../src/gateway/metadata/settings.ts'
import { document, type MetadataServer, startMetadataServer, status } from './metadata-server.ts'

const fixtures = join(import.meta.dirname, '../fixtures/metadata')
const federation = readFileSync(join(fixtures, 'federation/plain.xml'), 'utf8')
const okta = readFileSync(join(fixtures, 'okta.xml'), 'utf8')
const oktaId = 'http://www.okta.com/exkppsa1qwuFV4D7z0h7'
const keycloak = readFileSync(join(fixtures, 'keycloak.xml'), 'utf8')
const keycloakId = 'http://localhost:8080/realms/firezone'
const geneva = 'https://idp.geneve.example.ch/idp'
const publisher = join(fixtures, 'federation/publisher.crt')
const stranger = join(fixtures, 'federation/stranger.crt')

const START = new Date('2026-11-22T05:00:00Z')
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let folder: string
let server: MetadataServer
let time: Date
let log: string[]
let opened: ProviderMetadata[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fedgate-metadata-'))
  server = await startMetadataServer(document(okta))
  time = START
  log = []
  opened = []
})

afterEach(async () => {
  await Promise.all(opened.map((metadata) => metadata.close()))
  await server.close()
  rmSync(folder, { recursive: true })
})

const pass = (milliseconds: number): void => {
  time = new Date(time.getTime() + milliseconds)
}

const open = (settings: Partial<MetadataSettings> = {}): ProviderMetadata => {
  const metadata = createMetadata(
    { id: 'corp', metadata: { kind: 'url', url: `${server.url}/metadata` }, discovery: false, ...settings },
    { now: () => time, stateFolder: join(folder, 'state'), log: lineLog((line) => log.push(line)) },
  )
  opened.push(metadata)
  return metadata
}

const idOf = async (metadata: ProviderMetadata, entityId?: string): Promise<string> =>
  (await metadata.read(entityId)).entityId

const codeOf = (metadata: ProviderMetadata, entityId?: string): Promise<string> =>
  metadata.read(entityId).then(
    () => 'accepted',
    (error: { code?: string }) => error.code ?? String(error),
  )

const validFor = (xml: string, attributes: string): string => xml.replace('entityID=', `${attributes} entityID=`)

/** As large as needs be to be read by a worker and kept on disk. */
const large = (xml: string): string =>
  xml.replace('\n<md:EntitiesDescriptor', `${`<!--${'x'.repeat(100_000)}-->`.repeat(15)}\n<md:EntitiesDescriptor`)

describe('metadata from a file', () => {
  const file = (name = 'idp.xml') => ({ kind: 'file', path: join(folder, name) }) as const

  it('metadata from a file is read', async () => {
    await writeFile(file().path, okta)
    expect(await idOf(open({ metadata: file() }))).toBe(oktaId)
  })

  it('metadata from a file is read again when the file changed', async () => {
    await writeFile(file().path, okta)
    const metadata = open({ metadata: file() })
    await metadata.read()
    await writeFile(file().path, keycloak)
    pass(1_000)
    expect(await idOf(metadata)).toBe(keycloakId)
  })

  it('metadata from a file is not read again when it did not', async () => {
    await writeFile(file().path, okta)
    const metadata = open({ metadata: file() })
    expect(await metadata.read()).toBe(await metadata.read())
  })

  it('says which scopes it ignores, because they are patterns that cannot be run in linear time', async () => {
    const scopes = `<md:Extensions xmlns:s="urn:mace:shibboleth:metadata:1.0"><s:Scope regexp="true">(?!a).+</s:Scope><s:Scope>example.org</s:Scope></md:Extensions>`
    await writeFile(file().path, okta.replace(/<md:EntityDescriptor[^>]*>/, `$&${scopes}`))
    await open({ metadata: file() }).read()
    expect(log).toEqual([
      'Scopes of the metadata are ignored provider=corp scopes="(?!a).+ (lookaround is not supported: (?!)"',
    ])
  })

  it('serves on while the file is damaged, and says so', async () => {
    await writeFile(file().path, okta)
    const metadata = open({ metadata: file() })
    await metadata.read()
    await writeFile(file().path, '<EntityDescriptor')
    pass(1_000)
    expect(await idOf(metadata)).toBe(oktaId)
    expect(metadata.status()).toMatchObject({ from: 'source', problem: { code: 'saml.malformed' } })
  })

  it("an error in a metadata file was reported as one in the user's response", async () => {
    await writeFile(file().path, '<!DOCTYPE x><x/>')
    const metadata = open({ metadata: file() })
    expect(await codeOf(metadata)).toBe('provider.unavailable')
    expect(metadata.status().problem?.code).toBe('saml.doctype')
  })

  it('metadata from a file is unavailable when there is no file', async () => {
    expect(await codeOf(open({ metadata: file() }))).toBe('provider.unavailable')
  })

  it('comes when the file comes', async () => {
    const metadata = open({ metadata: file() })
    await codeOf(metadata)
    await writeFile(file().path, okta)
    pass(5_000)
    expect(await idOf(metadata)).toBe(oktaId)
  })

  it('leaves no copy', async () => {
    await writeFile(file().path, okta)
    await open({ metadata: file() }).read()
    expect(await readdir(folder)).toEqual(['idp.xml'])
  })
})

describe('metadata from a URL', () => {
  it('metadata from a URL is fetched once, however many ask', async () => {
    const metadata = open()
    await Promise.all([metadata.read(), metadata.read(), metadata.read()])
    await metadata.read()
    expect(server.asked).toHaveLength(1)
  })

  it.each([
    ['ten minutes', '', 10 * MINUTE],
    ['what cacheDuration says', 'cacheDuration="PT3H"', 180 * MINUTE],
    ['a minute, whatever cacheDuration says', 'cacheDuration="PT1S"', MINUTE],
    ['a day, whatever cacheDuration says', 'cacheDuration="P1Y"', DAY],
    ['half of what validUntil leaves', 'validUntil="2026-11-22T05:10:00Z"', 5 * MINUTE],
  ])('metadata from a URL is fetched again after %s', async (_, attributes, after) => {
    server.answer = document(validFor(okta, attributes))
    const metadata = open()
    await metadata.refresh()
    pass(after - 1)
    await metadata.refresh()
    expect(server.asked).toHaveLength(1)
    pass(1)
    await metadata.refresh()
    expect(server.asked).toHaveLength(2)
  })

  it('takes effect when it changed', async () => {
    const metadata = open()
    await metadata.read()
    server.answer = document(keycloak)
    pass(10 * MINUTE)
    await metadata.refresh()
    expect(await idOf(metadata)).toBe(keycloakId)
  })

  it('metadata from a URL is refreshed beside the logins', async () => {
    const metadata = open()
    await metadata.read()
    server.answer = () => {}
    pass(10 * MINUTE)
    expect(await idOf(metadata)).toBe(oktaId)
  })

  it('metadata from a URL is asked for only if it changed', async () => {
    server.answer = document(okta, '"one"')
    const metadata = open()
    const first = await metadata.read()
    pass(10 * MINUTE)
    await metadata.refresh()
    expect(server.asked[1]?.headers['if-none-match']).toBe('"one"')
    expect(await metadata.read()).toBe(first)
    expect(metadata.status().fetchedAt).toEqual(time)
  })

  it('metadata from a URL is asked for by date where there is no ETag', async () => {
    const date = 'Sat, 21 Nov 2026 07:28:00 GMT'
    server.answer = (_, response) => void response.writeHead(200, { 'last-modified': date }).end(okta)
    const metadata = open()
    await metadata.read()
    await metadata.refresh({ now: true })
    expect(server.asked[1]?.headers['if-modified-since']).toBe(date)
  })

  it.each([
    ['an error', status(500), 'HTTP 500'],
    ['a redirect to another host', status(302, { location: 'http://localhost:1/metadata' }), 'another host'],
    ['a redirect to another scheme', status(302, { location: 'file:///etc/passwd' }), 'another host'],
    ['redirects without end', status(302, { location: '/metadata' }), 'more than 3 redirects'],
    ['more than it may be', document('x'.repeat(11 * 1024 * 1024)), 'more than 10485760 octets'],
  ])('metadata from a URL is unavailable for %s', async (_, answer, reason) => {
    server.answer = answer
    const metadata = open()
    expect(await codeOf(metadata)).toBe('provider.unavailable')
    expect(metadata.status().problem?.found).toContain(reason)
  })

  it('follows a redirect on the same host', async () => {
    server.answer = (request, response) =>
      request.url === '/metadata'
        ? status(302, { location: '/other' })(request, response)
        : document(okta)(request, response)
    expect(await idOf(open())).toBe(oktaId)
  })

  it('asks a source that fails less and less often', async () => {
    server.answer = status(503)
    const metadata = open()
    await codeOf(metadata)
    await codeOf(metadata)
    expect(server.asked).toHaveLength(1)
    pass(5_000)
    await codeOf(metadata)
    pass(5_000)
    await codeOf(metadata)
    expect(server.asked).toHaveLength(2)
    pass(5_000)
    await codeOf(metadata)
    expect(server.asked).toHaveLength(3)
  })

  it('metadata from a URL is never used past its validUntil', async () => {
    server.answer = document(validFor(okta, 'validUntil="2026-11-22T06:00:00Z"'))
    const metadata = open()
    await metadata.read()
    server.answer = status(503)
    pass(60 * MINUTE)
    expect(await codeOf(metadata)).toBe('saml.metadata_expired')
  })
})

describe('closing metadata', () => {
  it('closing does not wait for a source that never answers', async () => {
    server.answer = () => {}
    const metadata = open({ discovery: true })
    const refreshed = metadata.refresh()
    await metadata.close()
    await refreshed
    expect(log).toEqual([])
  })

  it('closing does not wait for what is being read', async () => {
    server.answer = document(large(federation))
    const metadata = open({ discovery: true })
    const refreshed = metadata.refresh()
    await metadata.close()
    await refreshed
    expect(metadata.status().identityProviders).toBe(0)
  })
})

describe('the last good copy', () => {
  const xml = () => join(folder, 'state/metadata-corp.xml')

  it('serves when the source is down at start, and its age is known', async () => {
    await open().read()
    pass(DAY)
    server.answer = status(503)
    const metadata = open()
    expect(await idOf(metadata)).toBe(oktaId)
    expect(metadata.status()).toMatchObject({
      from: 'disk',
      fetchedAt: START,
      problem: { code: 'provider.unavailable', found: 'HTTP 503' },
    })
  })

  it('the last good copy is for its owner only', async () => {
    await open().read()
    expect((await stat(xml())).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700)
    expect((await readdir(join(folder, 'state'))).toSorted()).toEqual(['metadata-corp.json', 'metadata-corp.xml'])
  })

  it('saves a download at start when the source has nothing newer', async () => {
    server.answer = document(okta, '"one"')
    await open().read()
    const metadata = open()
    await metadata.read()
    expect(server.asked[1]?.headers['if-none-match']).toBe('"one"')
    expect(metadata.status()).toMatchObject({ from: 'source', fetchedAt: START })
  })

  it('the last good copy is fetched again when it is damaged', async () => {
    server.answer = document(okta, '"one"')
    await open().read()
    await truncate(xml(), 100)
    expect(await idOf(open())).toBe(oktaId)
    expect(await readFile(xml(), 'utf8')).toBe(okta)
  })

  it('the last good copy is not replaced by what cannot be used', async () => {
    const metadata = open()
    await metadata.read()
    server.answer = document('<html/>')
    await metadata.refresh({ now: true })
    expect(await readFile(xml(), 'utf8')).toBe(okta)
    expect(await idOf(metadata)).toBe(oktaId)
  })

  it('the last good copy is never used past its validUntil', async () => {
    server.answer = document(validFor(okta, 'validUntil="2026-11-22T06:00:00Z"'))
    await open().read()
    server.answer = status(503)
    pass(60 * MINUTE)
    expect(await codeOf(open())).toBe('provider.unavailable')
    expect(log.at(-1)).toContain('cannot be used')
  })

  it('a copy of another URL is not used', async () => {
    await open().read()
    server.answer = status(503)
    const metadata = open({ metadata: { kind: 'url', url: `${server.url}/another` } })
    expect(await codeOf(metadata)).toBe('provider.unavailable')
  })

  it('the last good copy is verified like what is fetched', async () => {
    await open().read()
    server.answer = status(503)
    expect(await codeOf(open({ metadataCertificate: publisher }))).toBe('provider.unavailable')
  })

  it('the last good copy is neither made nor changed by a command that only reads', async () => {
    const looked = createMetadata(
      { id: 'corp', metadata: { kind: 'url', url: `${server.url}/metadata` }, discovery: false },
      { now: () => time, stateFolder: join(folder, 'state'), isReadOnly: true },
    )
    await looked.read()
    expect(await readdir(folder)).toEqual([])
  })

  it('the last good copy is optional where it cannot be written', async () => {
    await writeFile(join(folder, 'state'), 'a file where the folder would be')
    expect(await idOf(open())).toBe(oktaId)
    expect(log.join()).toContain('No last good copy of the metadata is kept')
  })
})

describe('signed metadata', () => {
  const signed = { metadataCertificate: publisher, entityId: geneva }

  beforeEach(() => {
    server.answer = document(federation)
  })

  it('signed metadata is accepted with the pinned certificate', async () => {
    expect(await idOf(open(signed))).toBe(geneva)
  })

  it('signed metadata is accepted with any certificate of the file', async () => {
    const both = join(folder, 'both.crt')
    await writeFile(both, readFileSync(stranger, 'utf8') + readFileSync(publisher, 'utf8'))
    expect(await idOf(open({ ...signed, metadataCertificate: both }))).toBe(geneva)
  })

  it.each([
    ['another key', federation, stranger, 'saml.signature_invalid'],
    [
      'no signature',
      readFileSync(join(fixtures, 'federation/unsigned.xml'), 'utf8'),
      publisher,
      'saml.metadata_unsigned',
    ],
    ['a changed text', federation.replace('Geneva', 'Genova'), publisher, 'saml.signature_digest'],
    ['no certificate', federation, join(fixtures, 'README.md'), 'provider.unavailable'],
  ])('signed metadata is refused with %s', async (_, text, metadataCertificate, code) => {
    server.answer = document(text)
    const metadata = open({ ...signed, metadataCertificate })
    const forTheUser = code.startsWith('saml.metadata_') ? code : 'provider.unavailable'
    expect(await codeOf(metadata)).toBe(forTheUser)
    expect(metadata.status().problem?.code).toBe(code)
  })

  it('signed metadata is refused where the entity is not in it', async () => {
    expect(await codeOf(open({ ...signed, entityId: 'https://nobody.example.org' }))).toBe('saml.metadata_not_idp')
  })
})

describe('a Metadata Query service', () => {
  const mdq = () => ({ kind: 'mdq', url: server.url }) as const

  it('a Metadata Query service is asked for the one entity', async () => {
    expect(await idOf(open({ metadata: mdq(), entityId: oktaId }))).toBe(oktaId)
    expect(server.asked.map(({ url }) => url)).toEqual([`/entities/${encodeURIComponent(oktaId)}`])
  })

  it('a Metadata Query service is asked by hash where it does not know the name', async () => {
    const hashed = '/entities/%7Bsha1%7D'
    server.answer = (request, response) =>
      (request.url?.startsWith(hashed) ? document(okta) : status(404))(request, response)
    expect(await idOf(open({ metadata: mdq(), entityId: oktaId }))).toBe(oktaId)
    expect(server.asked[1]?.url).toMatch(/^\/entities\/%7Bsha1%7D[0-9a-f]{40}$/)
  })

  it('a Metadata Query service cannot answer with another entity', async () => {
    server.answer = document(keycloak)
    expect(await codeOf(open({ metadata: mdq(), entityId: oktaId }))).toBe('saml.metadata_not_idp')
  })

  it('a Metadata Query service is asked for all where the user chooses', async () => {
    server.answer = document(federation)
    const metadata = open({ metadata: mdq(), discovery: true })
    expect(await idOf(metadata, geneva)).toBe(geneva)
    expect(server.asked.map(({ url }) => url)).toEqual(['/entities'])
  })
})

describe.each([
  ['small', federation],
  ['large', large(federation)],
])('a federation, %s', (_, text) => {
  const discovery = { discovery: true, metadataCertificate: publisher }

  beforeEach(() => {
    server.answer = document(text)
  })

  it('a federation has every identity provider by its entityID', async () => {
    const metadata = open(discovery)
    expect((await metadata.read(geneva)).scopes[0]?.value).toBe('geneve.example.ch')
    expect(metadata.status()).toMatchObject({ from: 'source', identityProviders: 6 })
  })

  it('knows no others', async () => {
    expect(await codeOf(open(discovery), 'https://sp.example.org/sp')).toBe('provider.idp_unknown')
    expect(await codeOf(open(discovery))).toBe('provider.idp_unknown')
  })

  it('a federation is searched by name', async () => {
    const found = await open(discovery).search('genf', 10, ['de'])
    expect(found).toEqual([{ entityId: geneva, name: 'Universität Genf', hasLogo: false }])
  })

  it('says what an identity provider is called', async () => {
    const metadata = open(discovery)
    expect(await metadata.describe(geneva, ['fr'])).toMatchObject({ name: 'Université de Genève' })
    expect(await metadata.describe('https://nobody.example.org', ['fr'])).toBeUndefined()
  })

  it('serves as it was when the next version does not verify', async () => {
    const metadata = open(discovery)
    await metadata.read(geneva)
    server.answer = document(text.replace('University of Geneva', 'University of Genova'))
    await metadata.refresh({ now: true })
    expect(await metadata.describe(geneva, ['en'])).toMatchObject({ name: 'University of Geneva' })
    expect(metadata.status().problem?.code).toBe('saml.signature_digest')
    expect((await metadata.read(geneva)).entityId).toBe(geneva)
  })

  it('serves from the last good copy', async () => {
    await open(discovery).read(geneva)
    server.answer = status(503)
    const metadata = open(discovery)
    expect(await idOf(metadata, geneva)).toBe(geneva)
    expect(metadata.status().from).toBe('disk')
    expect(await readFile(join(folder, 'state/metadata-corp.xml'), 'utf8')).toBe(text)
  })

  it('a federation is swapped whole for the next version', async () => {
    const metadata = open({ discovery: true })
    await metadata.read(geneva)
    server.answer = document(text.replaceAll('University of Geneva', 'Geneva Institute'))
    await metadata.refresh({ now: true })
    expect(await metadata.describe(geneva, ['en'])).toMatchObject({ name: 'Geneva Institute' })
    expect(await idOf(metadata, geneva)).toBe(geneva)
  })

  it('serves as it was while the next version is read', async () => {
    const metadata = open({ discovery: true })
    await metadata.read(geneva)
    server.answer = document(text.replaceAll('University of Geneva', 'Geneva Institute'))
    const refreshed = metadata.refresh({ now: true })
    expect(await metadata.describe(geneva, ['en'])).toMatchObject({ name: 'University of Geneva' })
    expect(await idOf(metadata, geneva)).toBe(geneva)
    await refreshed
    expect(await metadata.describe(geneva, ['en'])).toMatchObject({ name: 'Geneva Institute' })
  })

  it('leaves nothing behind of what was refused', async () => {
    server.answer = document(text.replace('University of Geneva', 'University of Genova'))
    const metadata = open(discovery)
    expect(await codeOf(metadata, geneva)).toBe('provider.unavailable')
    expect(metadata.status().problem?.code).toBe('saml.signature_digest')
    expect(await readdir(join(folder, 'state')).catch(() => [])).toEqual([])
  })
})

describe('a large file', () => {
  const path = () => join(folder, 'federation.xml')
  const discovery = () => ({ metadata: { kind: 'file', path: path() }, discovery: true }) as const

  it('a large file is read by offset as it was verified, whatever becomes of its name', async () => {
    await writeFile(path(), large(federation))
    const metadata = open(discovery())
    await metadata.read(geneva)
    await rm(path())
    expect(await idOf(metadata, geneva)).toBe(geneva)
  })

  it('a large file is refused where it was changed in place', async () => {
    await writeFile(path(), large(federation))
    const metadata = open(discovery())
    await metadata.read(geneva)
    await writeFile(
      path(),
      large(federation).replace('https://idp.geneve.example.ch/sso', 'https://idp.geneva.example.ch/sso'),
    )
    expect(await codeOf(metadata, geneva)).toBe('saml.metadata_changed')
    await metadata.refresh({ now: true })
    expect((await metadata.read(geneva)).singleSignOn.redirect).toMatch(/^https:\/\/idp\.geneva/)
  })

  it('serves one entity where one is configured', async () => {
    await writeFile(path(), large(federation))
    expect(await idOf(open({ ...discovery(), discovery: false, entityId: geneva }))).toBe(geneva)
    expect(await codeOf(open({ ...discovery(), discovery: false }))).toBe('saml.metadata_ambiguous')
  })
})
