import { describe, expect, it } from 'vitest'
import { firstFailure, outcomeOf, type Verdict } from '../../src/core/verdict.ts'
import { discoveryDocument, issuerDocuments, keySetDocument } from '../../src/issuer/documents.ts'
import { checkPublished } from '../../src/issuer/published.ts'
import { webIdentityIssuer } from '../../src/issuer/web-identity-issuer.ts'
import { newSigner, terms } from './support.ts'

const [signer, next, stranger] = await Promise.all([newSigner(), newSigner('ES256'), newSigner()])
const issuer = await webIdentityIssuer(terms, signer, [next])
const DISCOVERY = `${terms.url}/.well-known/openid-configuration`
const KEYS = `${terms.url}/idp/jwks`

type Files = Readonly<Record<string, string>>

const published = (of = issuer): Files =>
  Object.fromEntries(issuerDocuments(of).map(({ path, text }) => [`${terms.url}/${path}`, text]))

const judge = (files: Files): Promise<Verdict> =>
  checkPublished(issuer, async (url) => {
    const text = files[url]
    return text === undefined ? { status: 404, text: 'not here' } : { status: 200, text }
  })

const edited = (document: { readonly text: string }, edit: (value: Record<string, unknown>) => unknown): string =>
  JSON.stringify(edit(JSON.parse(document.text) as Record<string, unknown>))

const keysEdited = (edit: (keys: readonly Record<string, unknown>[]) => unknown): Files => ({
  ...published(),
  [KEYS]: edited(keySetDocument(issuer), ({ keys }) => ({ keys: edit(keys as Record<string, unknown>[]) })),
})

const failures = (verdict: Verdict): readonly string[] =>
  verdict.flatMap(({ name, outcome }) => (outcome === 'fail' ? [name] : []))

describe('what is published', () => {
  it('what is published is judged point by point', async () => {
    expect((await judge(published())).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'discoveryIsPublished pass',
      'issuerIsOurs pass',
      'keysAreOverHttps pass',
      'keySetIsPublished pass',
      'signingKeyIsPublished pass',
      'furtherKeysArePublished pass',
      'noOtherKeyIsPublished pass',
      'noPrivateKeyIsPublished pass',
    ])
  })

  it('what is published may keep its keys elsewhere', async () => {
    const elsewhere = 'https://keys.example.net/jwks.json'
    const discovery = edited(discoveryDocument(issuer), (value) => ({ ...value, jwks_uri: elsewhere }))
    const verdict = await judge({ [DISCOVERY]: discovery, [elsewhere]: keySetDocument(issuer).text })
    expect(outcomeOf(verdict)).toBe('pass')
  })

  it('what is published may leave out what a key is for', async () => {
    const verdict = await judge(keysEdited((keys) => keys.map(({ use: _, alg: __, ...key }) => key)))
    expect(outcomeOf(verdict)).toBe('pass')
  })

  it.each<[string, Files, string]>([
    [
      'of another issuer',
      {
        ...published(),
        [DISCOVERY]: edited(discoveryDocument(issuer), (value) => ({ ...value, issuer: `${terms.url}/` })),
      },
      'issuerIsOurs',
    ],
    [
      'with keys in clear text',
      {
        [DISCOVERY]: edited(discoveryDocument(issuer), (value) => ({
          ...value,
          jwks_uri: 'http://aws.example.com/idp/jwks',
        })),
        'http://aws.example.com/idp/jwks': keySetDocument(issuer).text,
      },
      'keysAreOverHttps',
    ],
    ['without the key that signs', keysEdited(([, other]) => [other]), 'signingKeyIsPublished'],
    ['without the next key', keysEdited(([first]) => [first]), 'furtherKeysArePublished'],
    [
      'with the signing key for another algorithm',
      keysEdited(([first, other]) => [{ ...first, alg: 'RS512' }, other]),
      'signingKeyIsPublished',
    ],
    [
      'with the signing key for encryption',
      keysEdited(([first, other]) => [{ ...first, use: 'enc' }, other]),
      'signingKeyIsPublished',
    ],
    [
      'with the signing key under another name',
      keysEdited(([first, other]) => [{ ...first, kid: 'other' }, other]),
      'signingKeyIsPublished',
    ],
    [
      'with the signing key without a name',
      keysEdited(([{ kid: _, ...first } = {}, other]) => [first, other]),
      'signingKeyIsPublished',
    ],
    [
      'with the private half of our own key',
      keysEdited(([first, other]) => [{ ...first, d: 'secret' }, other]),
      'noPrivateKeyIsPublished',
    ],
    ['with what is no key', keysEdited((keys) => [...keys, { kty: 'RSA', kid: 'x' }]), 'noOtherKeyIsPublished'],
  ])('%s is found out', async (_, files, name) => {
    expect(failures(await judge(files))).toEqual([name])
  })

  it("what is published with a stranger's key is found out, by its name", async () => {
    const wider = await webIdentityIssuer(terms, signer, [next, stranger])
    expect(firstFailure(await judge(published(wider)))).toEqual({
      name: 'noOtherKeyIsPublished',
      outcome: 'fail',
      expected: 'only the keys of issuer.key',
      found: wider.keys[2]?.kid,
      source: 'keys',
    })
  })

  it("what is published with a stranger's key under our name is found out", async () => {
    const [theirs] = (await webIdentityIssuer(terms, stranger)).keys
    const verdict = await judge(keysEdited(([first, other]) => [{ ...theirs, kid: first?.kid }, other]))
    expect(failures(verdict)).toEqual(['signingKeyIsPublished', 'noOtherKeyIsPublished'])
  })

  it.each<[string, Files, string, string]>([
    ['nothing', {}, 'discoveryIsPublished', 'HTTP 404'],
    ['a page', { [DISCOVERY]: '<html>' }, 'discoveryIsPublished', 'invalid JSON'],
    [
      'a document without keys',
      { [DISCOVERY]: JSON.stringify({ issuer: terms.url }) },
      'discoveryIsPublished',
      'a document whose jwks_uri is not what it should be',
    ],
    ['null', { [DISCOVERY]: 'null' }, 'discoveryIsPublished', 'a document whose content is not what it should be'],
    ['no key set', { [DISCOVERY]: discoveryDocument(issuer).text }, 'keySetIsPublished', 'HTTP 404'],
    [
      'a key set of another kind',
      { ...published(), [KEYS]: '{"keys":{}}' },
      'keySetIsPublished',
      'a document whose keys is not what it should be',
    ],
  ])('what is published that is %s leaves nothing more to ask', async (_, files, name, found) => {
    const verdict = await judge(files)
    expect(firstFailure(verdict)).toMatchObject({ name, found })
    expect(verdict).toHaveLength(8)
    expect(verdict.at(-1)).toEqual({ name: 'noPrivateKeyIsPublished', outcome: 'not-run' })
  })

  it('what is published that cannot be reached is a finding and no crash', async () => {
    const verdict = await checkPublished(issuer, () => Promise.reject(new Error('connect ECONNREFUSED')))
    expect(firstFailure(verdict)).toMatchObject({ found: 'connect ECONNREFUSED', source: DISCOVERY })
  })
})

describe('the documents', () => {
  it('name each algorithm once, also while two keys of a kind are published', async () => {
    const document = discoveryDocument(await webIdentityIssuer(terms, signer, [next, stranger]))
    expect(JSON.parse(document.text)).toMatchObject({ id_token_signing_alg_values_supported: ['RS256', 'ES256'] })
  })

  it('the documents are the same octets every time', async () => {
    expect(published(await webIdentityIssuer(terms, signer, [next]))).toEqual(published())
  })
})
