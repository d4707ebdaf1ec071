/** SimpleSAMLphp 1.19 as the company's identity provider: its own metadata, its own pages, its own signatures. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formWith, HttpBrowser, type Page } from '../../harness/http-browser.ts'
import { postAnswer, samlAnswer, signIn, whoIs } from '../../harness/sign-in.ts'
import { type ReservedGateway, reserveGateway, startConfiguredGateway } from '../../harness/test-gateway.ts'
import { requireTool } from '../../tools.ts'
import { PHP, SIMPLESAMLPHP, type SimpleSamlPhp, startSimpleSamlPhp } from './identity-provider.ts'

const DEVELOPER = 'arn:aws:iam::111122223333:role/Developer'
const AUDITOR = 'arn:aws:iam::111122223333:role/Auditor'

describe.skipIf(!requireTool(PHP) || !requireTool(SIMPLESAMLPHP))('with SimpleSAMLphp', () => {
  let idp: SimpleSamlPhp
  let gateway: ReservedGateway

  beforeAll(async () => {
    idp = await startSimpleSamlPhp()
    const saml = { protocol: 'saml', metadata: idp.entityId }
    gateway = await startConfiguredGateway(await reserveGateway(), {
      providers: [
        { id: 'plain', ...saml },
        { id: 'oid', ...saml, signature: 'both' },
        { id: 'believed', ...saml, rolesFromAssertion: true },
        { id: 'mail', ...saml, subject: 'mail' },
        { id: 'encrypted', ...saml, wantAssertionsEncrypted: true },
        { id: 'preset', ...saml, preset: 'simplesamlphp' },
      ],
      access: [
        { when: { provider: ['plain', 'encrypted', 'preset'], groups: 'aws-dev' }, roles: [DEVELOPER] },
        { when: { provider: 'oid', eduPersonAffiliation: 'staff' }, roles: [DEVELOPER] },
        { when: { provider: 'mail', mail: '/.*@example[.]org/' }, roles: [AUDITOR] },
      ],
      sessionName: '{email}',
    })
    for (const id of ['plain', 'oid', 'believed', 'mail', 'encrypted', 'preset'])
      await idp.register(id, await (await fetch(`${gateway.url}/saml/${id}/metadata`)).text())
  })
  afterAll(async () => {
    await gateway.close()
    await idp.close()
  })

  const signedIn = async (provider: string, username: string) => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, { gateway: gateway.url, provider, username })
    expect(page.url).toBe(`${gateway.url}/roles`)
    return { browser, page }
  }

  const rolesOn = ({ forms }: Page): readonly string[] =>
    forms.flatMap(({ fields }) => (fields.role === undefined ? [] : [fields.role]))

  const session = async (browser: HttpBrowser) =>
    JSON.parse((await browser.open(`${gateway.url}/api/session`)).body) as {
      subject: string
      attributes: Record<string, readonly string[]>
    }

  it('alice gets the role of her group, and credentials that AWS gives for it', async () => {
    const { browser, page } = await signedIn('plain', 'alice')
    expect(rolesOn(page)).toEqual([DEVELOPER])
    const shown = await browser.submit(page, formWith(page, 'role', DEVELOPER))
    expect(shown.body).toContain('arn:aws:sts::111122223333:assumed-role/Developer/alice@example.org')
  })

  it('alice gets it also where the assertion is encrypted, with AES-CBC inside a signed response', async () => {
    const browser = new HttpBrowser()
    const answer = await samlAnswer(browser, { gateway: gateway.url, provider: 'encrypted', username: 'alice' })
    const response = Buffer.from(answer.SAMLResponse, 'base64').toString()
    expect(response).toContain('EncryptedAssertion')
    expect(response).toContain('http://www.w3.org/2001/04/xmlenc#aes128-cbc')
    expect(response).toContain('http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p')
    expect(response).not.toContain('aws-dev')
    const page = await postAnswer(browser, answer)
    expect(rolesOn(page)).toEqual([DEVELOPER])
    const shown = await browser.submit(page, formWith(page, 'role', DEVELOPER))
    expect(shown.body).toContain('arn:aws:sts::111122223333:assumed-role/Developer/alice@example.org')
  })

  it('bob, who is in no such group, gets none', async () => {
    expect(rolesOn((await signedIn('plain', 'bob')).page)).toEqual([])
  })

  it('a user is known by a persistent NameID: the same every time, another for each gateway and user', async () => {
    const subject = async (provider: string, username: string) =>
      (await session((await signedIn(provider, username)).browser)).subject
    const alice = await subject('plain', 'alice')
    expect(alice).toMatch(/^[0-9a-f]{40}$/)
    expect(await subject('plain', 'alice')).toBe(alice)
    expect(await subject('plain', 'bob')).not.toBe(alice)
    expect(await subject('oid', 'alice')).not.toBe(alice)
  })

  it('attributes come with their text as sent, umlauts and markup included', async () => {
    const { attributes } = await session((await signedIn('plain', 'alice')).browser)
    expect(attributes.displayName).toEqual(['Alice Éxample & <Co>'])
    expect(attributes.groups).toEqual(['aws-dev', 'everyone'])
  })

  it('a rule that names an attribute finds it under its object identifier', async () => {
    const { browser, page } = await signedIn('oid', 'alice')
    expect((await session(browser)).attributes).toHaveProperty(['urn:oid:1.3.6.1.4.1.5923.1.1.1.1'])
    expect(rolesOn(page)).toEqual([DEVELOPER])
    const shown = await browser.submit(page, formWith(page, 'role', DEVELOPER))
    expect(shown.body).toContain('assumed-role/Developer/alice@example.org')
  })

  it('with its preset, the attributes that it limits to those requested are the ones that are needed', async () => {
    const { browser, page } = await signedIn('preset', 'alice')
    expect((await session(browser)).attributes).toEqual({
      groups: ['aws-dev', 'everyone'],
      mail: ['alice@example.org'],
    })
    const shown = await browser.submit(page, formWith(page, 'role', DEVELOPER))
    expect(shown.body).toContain('assumed-role/Developer/alice@example.org')
  })

  it('a user may be known by an attribute instead', async () => {
    const { browser, page } = await signedIn('mail', 'carol')
    expect((await session(browser)).subject).toBe('carol@example.org')
    expect(rolesOn(page)).toEqual([AUDITOR])
  })

  it.each([
    ['alice', 'its role first', [AUDITOR, DEVELOPER]],
    ['bob', 'its provider first', [AUDITOR]],
    ['carol', 'nothing', []],
  ] as const)('%s gets what the Role attribute says, with %s, where it is believed', async (username, _, roles) => {
    expect(rolesOn((await signedIn('believed', username)).page)).toEqual(roles)
  })

  it('the Role attribute grants nothing where it is not believed', async () => {
    expect(rolesOn((await signedIn('plain', 'alice')).page)).not.toContain(AUDITOR)
  })

  it('an answer that was changed, or is used twice, is refused', async () => {
    const browser = new HttpBrowser()
    const answer = await samlAnswer(browser, { gateway: gateway.url, provider: 'plain', username: 'alice' })
    const changed = Buffer.from(answer.SAMLResponse, 'base64').toString().replace('aws-dev', 'aws-adm')
    const forged = { ...answer, SAMLResponse: Buffer.from(changed).toString('base64') }
    expect((await postAnswer(browser, forged)).body).toContain('saml.signature_digest')
    expect(rolesOn(await postAnswer(browser, answer))).toEqual([DEVELOPER])
    expect((await postAnswer(browser, answer)).body).toContain('saml.replayed')
  })

  it('signing out ends the session here and there: signing in again asks for the password', async () => {
    const { browser } = await signedIn('plain', 'alice')
    const question = await browser.open(`${gateway.url}/logout`)
    await browser.submit(question, formWith(question, 'csrf'))
    expect(await whoIs(browser, gateway.url)).toBeUndefined()
    const page = await browser.open(`${gateway.url}/login/plain`)
    expect(formWith(page, 'username').inputs).toContain('password')
  })
})
