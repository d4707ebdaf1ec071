/** Signed metadata of yesterday is as well signed as today's, and may name a key that was withdrawn since. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkSamlProvider } from '../../src/check/saml-provider.ts'
import { metadataFacts } from '../../src/cli/check-provider.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { createMetadata, type ProviderMetadata } from '../../src/gateway/metadata/metadata.ts'
import type { MetadataSettings } from '../../src/gateway/metadata/settings.ts'
import { readiness } from '../../src/gateway/operations/readiness.ts'
import { signEnveloped } from '../../src/xml/sign.ts'
import { portsOf, samlSettings } from '../check/check-fixtures.ts'
import { holds } from '../held/holds.ts'
import { makeKeyPair } from '../xml/keys.ts'
import { document, type MetadataServer, startMetadataServer } from './metadata-server.ts'

const START = new Date('2026-11-22T05:00:00Z')
const HOUR = 3_600_000
const okta = readFileSync(join(import.meta.dirname, '../fixtures/metadata/okta.xml'), 'utf8').replace(
  /<\?xml.*?\?>/,
  '',
)
const publisher = await makeKeyPair()

interface Stated {
  readonly publishedAt?: string
  readonly validUntil?: string
}

/** Signed metadata with what it states of its age, and a way to tell one version from another. */
const signed = (version: string, { publishedAt, validUntil }: Stated): Promise<string> => {
  const until = validUntil === undefined ? '' : ` validUntil="${validUntil}"`
  const info =
    publishedAt === undefined
      ? ''
      : `<mdrpi:PublicationInfo xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" publisher="https://federation.example.org" publicationInstant="${publishedAt}"/>`
  const xml = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_1"${until}><md:Extensions>${info}</md:Extensions>${okta.replaceAll('dev-513394.oktapreview.com', `${version}.example.org`)}</md:EntitiesDescriptor>`
  return signEnveloped(xml, { id: '_1', before: 'Extensions', signer: publisher })
}

let folder: string
let server: MetadataServer
let time: Date
let log: string[]
let opened: ProviderMetadata[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fedgate-rollback-'))
  writeFileSync(join(folder, 'publisher.crt'), publisher.certificate)
  server = await startMetadataServer(document(''))
  time = START
  log = []
  opened = []
})
afterEach(async () => {
  await Promise.all(opened.map((metadata) => metadata.close()))
  await server.close()
  rmSync(folder, { recursive: true })
})

const settings = (more: Partial<MetadataSettings> = {}): MetadataSettings => ({
  id: 'corp',
  metadata: { kind: 'url', url: `${server.url}/metadata` },
  metadataCertificate: join(folder, 'publisher.crt'),
  discovery: false,
  ...more,
})

const open = (more: Partial<MetadataSettings> = {}): ProviderMetadata => {
  const metadata = createMetadata(settings(more), {
    now: () => time,
    stateFolder: join(folder, 'state'),
    log: lineLog((line) => log.push(line)),
  })
  opened.push(metadata)
  return metadata
}

/** Which version logins go by, and what is wrong with what the source has. */
const taking = async (metadata: ProviderMetadata, xml: string) => {
  server.answer = document(xml)
  await metadata.refresh({ now: true })
  const { redirect = '' } = (await metadata.read()).singleSignOn
  return { inUse: new URL(redirect).hostname.split('.')[0], problem: metadata.status().problem?.code }
}

const PUBLISHED = { publishedAt: '2026-11-20T00:00:00Z', validUntil: '2026-12-04T00:00:00Z' }
const OLDER = { publishedAt: '2026-11-13T00:00:00Z', validUntil: '2026-11-27T00:00:00Z' }

describe('signed metadata', holds('10.5'), () => {
  it.each([
    ['published before', PUBLISHED, OLDER],
    ['published before, whenever it ends', PUBLISHED, { ...OLDER, validUntil: '2030-01-01T00:00:00Z' }],
    ['that ends before', { validUntil: PUBLISHED.validUntil }, { validUntil: OLDER.validUntil }],
    ['that ends before and does not say when it was published', PUBLISHED, { validUntil: OLDER.validUntil }],
    ['that says nothing of its age any more', PUBLISHED, {}],
    ['that never ends, after one that did', { validUntil: PUBLISHED.validUntil }, {}],
  ])('%s was accepted in place of the current one', async (_, kept, found) => {
    const metadata = open()
    await taking(metadata, await signed('current', kept))
    const older = await signed('older', found)
    expect(await taking(metadata, older)).toEqual({ inUse: 'current', problem: 'saml.metadata_older' })
    expect(log.at(-1)).toMatch(/^The metadata cannot be refreshed provider=corp reason=/)
    // A process that starts with the older version at the source has only the copy to compare it with.
    const restarted = open()
    expect(await taking(restarted, older)).toEqual({ inUse: 'current', problem: 'saml.metadata_older' })
    expect(restarted.status()).toMatchObject({ from: 'disk' })
  })

  it.each([
    ['published later', OLDER, PUBLISHED],
    ['published later, although it ends earlier', OLDER, { ...PUBLISHED, validUntil: '2026-11-24T00:00:00Z' }],
    ['published at the same time', PUBLISHED, PUBLISHED],
    ['that ends later', { validUntil: OLDER.validUntil }, { validUntil: PUBLISHED.validUntil }],
    ['that never said anything of its age', {}, {}],
    ['that begins to', {}, OLDER],
  ])('%s is accepted', async (_, kept, found) => {
    const metadata = open()
    await taking(metadata, await signed('current', kept))
    expect(await taking(metadata, await signed('next', found))).toEqual({ inUse: 'next', problem: undefined })
  })

  it('metadata that is refused is reported by the check and by readiness, which goes by the copy', async () => {
    const metadata = open()
    await taking(metadata, await signed('current', PUBLISHED))
    await taking(metadata, await signed('older', OLDER))
    time = new Date(START.getTime() + HOUR)
    const provider = { ...samlSettings(), ...settings() }
    const verdict = await checkSamlProvider(provider, {
      ...portsOf({ web: { [`${server.url}/metadata`]: new Error('no clock') } }),
      now: () => time,
      readMetadata: () => metadataFacts({ stateFolder: join(folder, 'state') }, provider, () => time),
    })
    expect(verdict.filter(({ outcome }) => outcome === 'fail')).toEqual([
      {
        name: 'metadataIsCurrent',
        outcome: 'fail',
        expected: '2026-11-20T00:00:00.000Z or later',
        found: '2026-11-13T00:00:00.000Z',
        source: 'PublicationInfo/@publicationInstant',
      },
    ])
    expect(verdict.find(({ name }) => name === 'lastGoodCopyServes')?.outcome).toBe('pass')
    const store = { put: async () => {}, take: async () => undefined }
    const gateway = {
      providers: new Map([['corp', { protocol: 'saml', metadataSource: metadata }]]),
      store,
      audit: { status: () => ({ state: 'ok', isRequired: true }) },
      now: () => time,
    } as unknown as Parameters<typeof readiness>[0]
    expect((await readiness(gateway)).metadata).toEqual({ corp: { state: 'copy', ageSeconds: 3600 } })
  })

  it('signed metadata is judged as a stream too', async () => {
    const metadata = open({ discovery: true })
    server.answer = document(await signed('current', PUBLISHED))
    await metadata.refresh({ now: true })
    server.answer = document(await signed('older', OLDER))
    await metadata.refresh({ now: true })
    expect(metadata.status().problem?.code).toBe('saml.metadata_older')
  })

  it('metadata of another publisher does not say how old the copy is', async () => {
    const metadata = open({ metadataCertificate: undefined as never })
    await taking(metadata, await signed('unsigned', { publishedAt: '2036-01-01T00:00:00Z' }))
    const record = await readFile(join(folder, 'state/metadata-corp.json'), 'utf8')
    expect(record).not.toContain('2036')
    expect(await taking(open(), await signed('current', PUBLISHED))).toEqual({ inUse: 'current', problem: undefined })
  })

  it('signed metadata is fetched when the record of the copy is damaged', async () => {
    await taking(open(), await signed('current', PUBLISHED))
    const path = join(folder, 'state/metadata-corp.json')
    const record = JSON.parse(await readFile(path, 'utf8')) as object
    for (const age of ['yesterday', null, { publishedAt: 'soon', validUntil: 7 }]) {
      await writeFile(path, JSON.stringify({ ...record, age }))
      expect((await taking(open(), await signed('next', PUBLISHED))).inUse).toBe('next')
    }
  })

  it('keeps what is known of its age when the source has nothing newer', async () => {
    const xml = await signed('current', PUBLISHED)
    server.answer = document(xml, '"1"')
    await open().refresh({ now: true })
    time = new Date(START.getTime() + HOUR)
    await open().refresh({ now: true })
    const record = JSON.parse(await readFile(join(folder, 'state/metadata-corp.json'), 'utf8')) as object
    expect(record).toMatchObject({ fetchedAt: time.toISOString(), etag: '"1"' })
    expect(await taking(open(), await signed('older', OLDER))).toMatchObject({ inUse: 'current' })
  })

  it('metadata from a file is not replaced by an older one while the gateway runs', async () => {
    const path = join(folder, 'idp.xml')
    const metadata = open({ metadata: { kind: 'file', path } })
    await writeFile(path, await signed('current', PUBLISHED))
    await metadata.refresh({ now: true })
    await writeFile(path, await signed('older', OLDER))
    await metadata.refresh({ now: true })
    expect((await metadata.read()).singleSignOn.redirect).toContain('current')
    expect(metadata.status().problem?.code).toBe('saml.metadata_older')
  })
})

describe('how long metadata may be valid', () => {
  const WEEK = 7 * 24 * 3600
  const codeFor = async (stated: Stated, more: Partial<MetadataSettings>): Promise<string> => {
    server.answer = document(await signed('any', stated))
    const metadata = open(more)
    return metadata.read().then(
      () => 'accepted',
      (error: { code?: string }) => error.code ?? String(error),
    )
  }
  const inAWeek = new Date(START.getTime() + WEEK * 1000)
  const later = new Date(inAWeek.getTime() + 1000)

  it.each([
    ['any time', {}, {}, 'accepted'],
    ['no end where one is required', {}, { requireValidUntil: true }, 'saml.metadata_endless'],
    ['no end where there is a limit', {}, { metadataMaxValiditySeconds: WEEK }, 'saml.metadata_endless'],
    ['an end where one is required', PUBLISHED, { requireValidUntil: true }, 'accepted'],
    ['up to the limit', { validUntil: inAWeek.toISOString() }, { metadataMaxValiditySeconds: WEEK }, 'accepted'],
    [
      'a second longer',
      { validUntil: later.toISOString() },
      { metadataMaxValiditySeconds: WEEK },
      'saml.metadata_valid_too_long',
    ],
  ] as const)('how long metadata may be valid: %s', async (_, stated, more, code) => {
    expect(await codeFor(stated, more)).toBe(code)
    expect(await codeFor(stated, { ...more, id: 'many', discovery: true })).toBe(
      code === 'accepted' ? 'provider.idp_unknown' : code,
    )
  })
})
