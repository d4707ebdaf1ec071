/** SIGHUP: a new configuration without losing a session or a request; one that cannot be used changes nothing. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { freePort } from '../harness/ports.ts'
import { slowRequest } from '../harness/raw-http.ts'
import { changeConfig, endServed, providerKeys, type Served, serve } from '../harness/served.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import type { Keys } from '../harness/test-gateway.ts'
import { answerOf } from '../harness/test-idp.ts'

afterAll(endServed)

const RELOADED = 'The configuration was reloaded.'
const REFUSED = 'The configuration was not reloaded'

const hangUp = async ({ command }: Served, says: string): Promise<void> => {
  const before = command.stderr().split(says).length
  command.process.kill('SIGHUP')
  while (command.stderr().split(says).length === before) await command.saidMore()
}

const providersOf = async (url: string): Promise<readonly string[]> => {
  const answer = (await (await fetch(`${url}/readyz`)).json()) as { metadata: Readonly<Record<string, unknown>> }
  return Object.keys(answer.metadata)
}

describe('SIGHUP', { timeout: 60_000 }, () => {
  let served: Served
  const plain = { providers: [providerKeys('corp')] }
  beforeAll(async () => {
    served = await serve()
  }, 60_000)
  beforeEach(async () => {
    const file = await readFile(served.config.file, 'utf8')
    const { signing: _, audit: __, branding: ___, metrics: ____, ...usual } = parse(file) as Keys
    await writeFile(
      served.config.file,
      stringify({ ...usual, ...plain, listen: { host: '127.0.0.1', port: served.port } }),
    )
    await hangUp(served, RELOADED)
  }, 60_000)

  it('takes the new configuration over, and keeps sessions', async () => {
    const { url, idp } = served
    const visitor = new HttpBrowser()
    await postAnswer(visitor, await answerOf(idp, visitor, url, 'corp', { subject: 'alice', attributes: {} }))
    expect(await whoIs(visitor, url)).toBe('alice')
    await changeConfig(served, { providers: [providerKeys('corp'), providerKeys('added')] })
    await hangUp(served, RELOADED)
    expect(await providersOf(url)).toEqual(['corp', 'added'])
    expect(await whoIs(visitor, url)).toBe('alice')
    const another = new HttpBrowser()
    await postAnswer(another, await answerOf(idp, another, url, 'added', { subject: 'bob', attributes: {} }))
    expect(await whoIs(another, url)).toBe('bob')
  })

  it('lets a sign-in that was started before it finish after it', async () => {
    const { url, idp } = served
    const visitor = new HttpBrowser()
    const answer = await answerOf(idp, visitor, url, 'corp', { subject: 'alice', attributes: {} })
    await hangUp(served, RELOADED)
    await postAnswer(visitor, answer)
    expect(await whoIs(visitor, url)).toBe('alice')
  })

  it('loses no request, neither those under way nor those that come meanwhile', async () => {
    const { url, port } = served
    const slow = await slowRequest(port)
    let isOver = false
    const statuses: number[] = []
    const asking = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const response = await fetch(`${url}/login`, { redirect: 'manual' })
        await response.text()
        statuses.push(response.status)
      }
    })
    for (const id of ['one', 'two', 'three']) {
      await changeConfig(served, { providers: [providerKeys('corp'), providerKeys(id)] })
      await hangUp(served, RELOADED)
    }
    isOver = true
    await Promise.all(asking)
    expect(statuses.length).toBeGreaterThan(20)
    expect(new Set(statuses)).toEqual(new Set([200, 302]))
    slow.finish()
    await slow.says('HTTP/1.1 400 Bad Request')
  })

  it('refuses a bad configuration, names the place, and serves on', async () => {
    await changeConfig(served, { providers: [{ id: 'corp', protocol: 'smal' }] })
    await hangUp(served, REFUSED)
    expect(served.command.stderr()).toMatch(
      /fedgate\.yaml:\d+:\d+ providers\[0\]\.protocol: expected one of saml, oidc/,
    )
    expect(await providersOf(served.url)).toEqual(['corp'])
    await changeConfig(served, { providers: [providerKeys('mended')] })
    await hangUp(served, RELOADED)
    expect(await providersOf(served.url)).toEqual(['mended'])
  })

  it('shows the new branding, and refuses a logo that cannot be used', async () => {
    const title = async () => /<title>[^<]*/.exec(await (await fetch(`${served.url}/nowhere`)).text())?.[0]
    await changeConfig(served, { branding: { name: 'Example Cloud' } })
    await hangUp(served, RELOADED)
    expect(await title()).toContain('Example Cloud')
    await writeFile(join(served.config.folder, 'logo.png'), 'no picture')
    await changeConfig(served, { branding: { name: 'Another', logo: './logo.png' } })
    await hangUp(served, REFUSED)
    expect(served.command.stderr()).toContain('logo.png is neither a PNG nor an SVG file.')
    expect(await title()).toContain('Example Cloud')
  })

  it('refuses a key that cannot be used, and serves on', async () => {
    await writeFile(join(served.config.folder, 'bad.key'), 'no key')
    await writeFile(join(served.config.folder, 'bad.crt'), 'no certificate')
    await changeConfig(served, {
      providers: [providerKeys('other')],
      signing: { key: './bad.key', certificate: './bad.crt' },
    })
    await hangUp(served, REFUSED)
    expect(served.command.stderr()).toContain('bad.key')
    expect(await providersOf(served.url)).toEqual(['corp'])
  })

  it('refuses what needs a restart, by name', async () => {
    const listen = { host: '127.0.0.1', port: await freePort() }
    const metrics = { listen: { port: await freePort() } }
    await changeConfig(served, { listen, metrics, providers: [providerKeys('other')] })
    await hangUp(served, REFUSED)
    expect(served.command.stderr()).toContain(
      'These settings cannot change while the gateway runs: listen.port, metrics.listen.',
    )
    expect(await providersOf(served.url)).toEqual(['corp'])
  })

  it('writes to another audit log from then on', async () => {
    await changeConfig(served, { audit: { file: './two.jsonl' } })
    await hangUp(served, RELOADED)
    await (await fetch(`${served.url}/no-such-page`)).text()
    expect(await readFile(join(served.config.folder, 'two.jsonl'), 'utf8')).toContain('GET /no-such-page')
  })
})

describe('listen.tls', { timeout: 60_000 }, () => {
  let [first, second] = [] as unknown as readonly [Pem, Pem]
  type Pem = Awaited<ReturnType<typeof createKeyPem>>
  let served: Served
  beforeAll(async () => {
    const make = (name: string) => createKeyPem(name, new Date())
    ;[first, second] = await Promise.all([make('first.example.com'), make('second.example.com')])
    const port = await freePort()
    served = await serve({
      url: `https://localhost:${port}`,
      keys: { listen: { host: '127.0.0.1', port, tls: { key: './tls.key', cert: './tls.crt' } } },
      files: { 'tls.key': first.privateKey, 'tls.crt': first.certificate },
    })
  }, 60_000)

  /** A connection without checking whose certificate it is. */
  const handshake = (port: number, more: ConnectionOptions = {}): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', { rejectUnauthorized: false, ...more }, () => resolve(socket))
      socket.once('error', reject)
    })

  const commonName = (socket: TLSSocket): unknown => socket.getPeerCertificate().subject.CN

  const ask = async (socket: TLSSocket): Promise<string> => {
    let text = ''
    const answered = new Promise<string>((resolve) => {
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (text.endsWith('ok\n')) resolve(text)
      })
    })
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return answered
  }

  it('serves https with HSTS, and refuses TLS 1.1', async () => {
    const { port } = served
    const socket = await handshake(port)
    expect(commonName(socket)).toBe('first.example.com')
    expect(await ask(socket)).toMatch(/\r\nStrict-Transport-Security: max-age=31536000\r\n/)
    socket.destroy()
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await expect(handshake(port, old)).rejects.toMatchObject({ code: expect.stringContaining('PROTOCOL_VERSION') })
  })

  it('keeps the certificate while the new files do not fit', async () => {
    await writeFile(join(served.config.folder, 'tls.crt'), second.certificate)
    await hangUp(served, REFUSED)
    expect(served.command.stderr()).toContain('listen.tls.cert: expected a certificate for the key')
    const socket = await handshake(served.port)
    expect(commonName(socket)).toBe('first.example.com')
    socket.destroy()
  })

  it('reads key and certificate again, and keeps the connections there are', async () => {
    const { port, config } = served
    const before = await handshake(port)
    await writeFile(join(config.folder, 'tls.key'), second.privateKey)
    await writeFile(join(config.folder, 'tls.crt'), second.certificate)
    await hangUp(served, RELOADED)
    const after = await handshake(port)
    expect(commonName(after)).toBe('second.example.com')
    after.destroy()
    expect(await ask(before)).toContain('HTTP/1.1 200 OK')
    before.destroy()
  })
})
