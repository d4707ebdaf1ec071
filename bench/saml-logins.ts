/**
 * Logins at a gateway of the benchmarks: its configuration, and the requests of one user with ten roles, from the start at
 * the gateway to the role page, a fresh signed response each.
 */
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { createKeyPem } from '../src/issuer/keys.ts'
import type { HttpAnswer } from './local-aws-client.ts'
import { ordinaryAttributes, parties, signedMessage } from './saml-messages.ts'

const now = (): Date => new Date()
/** With the key, the certificate and the metadata. */
export const folder = mkdtempSync(join(tmpdir(), 'fedgate-bench-server-'))
const { privateKey, certificate } = await createKeyPem('bench', now())
const signingKey = createPrivateKey(privateKey)
const attributes = ordinaryAttributes()

const METADATA = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${parties.idp}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate.replace(/-----[A-Z ]+-----|\s/g, '')}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/sso"/></IDPSSODescriptor></EntityDescriptor>`
writeFileSync(join(folder, 'idp.xml'), METADATA)
writeFileSync(join(folder, 'bench.key'), privateKey, { mode: 0o600 })
writeFileSync(join(folder, 'bench.crt'), certificate)

const GROUPS = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'

/** Writes a configuration and returns its file. */
export const configOf = (name: string, port: number, store: string): string => {
  const file = join(folder, `${name}.yaml`)
  const config = {
    baseUrl: `http://localhost:${port}`,
    listen: { host: '127.0.0.1', port },
    stateDir: `./state-${name}`,
    session: { secret: 'a secret of the benchmark, long enough', store },
    sts: { endpoint: 'aws', region: 'eu-west-1' },
    limits: { loginStarts: '100000/s', acs: '100000/s' },
    signing: { key: './bench.key', certificate: './bench.crt' },
    providers: [{ id: 'corp', protocol: 'saml', metadata: './idp.xml' }],
    access: [
      {
        when: { provider: 'corp', [GROUPS]: '/^aws-(?<number>[0-9])-dev$/' },
        roles: ['arn:aws:iam::111122223333:role/Developer{number}'],
      },
    ],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export const get = (port: number, path: string, cookie = ''): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${cookie === '' ? '' : `Cookie: ${cookie}\r\n`}\r\n`)

const post = (port: number, path: string, fields: Readonly<Record<string, string>>): Buffer => {
  const body = new URLSearchParams(fields).toString()
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}

const locationOf = ({ head }: HttpAnswer): string => /^location: (.*)$/im.exec(head)?.[1] ?? ''
const cookiesOf = ({ head }: HttpAnswer): string =>
  [...head.matchAll(/^set-cookie: ([^;]*)/gim)].map(([, cookie]) => cookie).join('; ')

const encoded = (xml: string): string => Buffer.from(xml).toString('base64')

/** The message of an identity provider that nobody asked. */
export const unaskedPost = (port: number): Buffer =>
  post(port, '/acs', { SAMLResponse: encoded(signedMessage(signingKey, now(), attributes).xml) })

/** The identity provider's answer to a login that was started: a POST to the ACS. */
export const acsRequest = (port: number, start: HttpAnswer): Buffer => {
  const origin = `http://localhost:${port}`
  const { searchParams } = new URL(locationOf(start))
  const request = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
  const id = /\sID="([^"]+)"/.exec(request)?.[1] ?? ''
  const to = { idp: parties.idp, sp: `${origin}/saml/corp/metadata`, acs: `${origin}/saml/corp/acs`, request: id }
  const { xml } = signedMessage(signingKey, now(), attributes, to)
  return post(port, '/saml/corp/acs', {
    SAMLResponse: encoded(xml),
    RelayState: searchParams.get('RelayState') ?? '',
  })
}

/** Where the ACS led, with the cookie of the browser that began. */
export const finishRequest = (port: number, start: HttpAnswer, acs: HttpAnswer): Buffer => {
  const origin = `http://localhost:${port}`
  return get(port, new URL(locationOf(acs), origin).href.slice(origin.length), cookiesOf(start))
}

/** The role page of the session that has begun. */
export const rolesRequest = (port: number, finish: HttpAnswer): Buffer => get(port, '/roles', cookiesOf(finish))

/** Throws unless the page has the ten roles. */
export const mustHaveRoles = ({ body }: HttpAnswer): void => {
  if ((body.match(/role\/Developer/g) ?? []).length < 10) throw new Error(`not ten roles: ${body.slice(0, 2000)}`)
}

/** Throws where one of them has another status. */
export const mustAnswer = (answers: readonly HttpAnswer[], status: number): void => {
  const wrong = answers.find((answer) => answer.status !== status)
  if (wrong) throw new Error(`answered ${wrong.head}\n${wrong.body.slice(0, 2000)}`)
}
