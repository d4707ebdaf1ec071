/** The settings of the server itself: limits and TLS. */
import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { parse, problemsOf, sample } from './sample.ts'

describe('limits', () => {
  it('are generous where nothing is configured', () => {
    const { limits } = parse(sample)
    expect(limits.loginStarts).toEqual({ requests: 600, per: 'm' })
    expect(limits.acs).toEqual({ requests: 1200, per: 'm' })
  })

  it('accept a number of requests per second, minute or hour', () => {
    const { limits } = parse(`${sample}\nlimits: { loginStarts: 60/m, acs: 5/s, api: 100000/h }\n`)
    expect(limits).toMatchObject({
      loginStarts: { requests: 60, per: 'm' },
      acs: { requests: 5, per: 's' },
      api: { requests: 100_000, per: 'h' },
    })
  })

  it.each(['off', 'none', '0/m', '60', '60/d', '-1/m', '1000000/s', '60/m/s'])('refuse %j', (rate) => {
    expect(problemsOf(`${sample}\nlimits: { acs: "${rate}" }\n`)).toEqual([
      expect.stringContaining('limits.acs: expected a rate'),
    ])
  })
})

describe('metrics.listen', () => {
  it('is nowhere unless it is configured, and then on loopback and port 9464 by default', () => {
    expect(parse(sample).metrics).toEqual({})
    expect(parse(`${sample}\nmetrics: { listen: {} }\n`).metrics.listen).toEqual({ host: '127.0.0.1', port: 9464 })
  })

  it('refuses the port of the gateway', () => {
    const { port } = parse(sample).listen
    expect(problemsOf(`${sample}\nmetrics: { listen: { port: ${port} } }\n`)).toEqual([
      expect.stringContaining("metrics.listen.port: expected another port than the gateway's"),
    ])
  })
})

describe('listen.tls', () => {
  const listening = 'listen: { host: 127.0.0.1, port: 8443, tls: { key: ./tls.key, cert: ./tls.crt } }'
  const text = sample.replace(/^listen: .*$/m, listening)
  const inFolder = (texts: Readonly<Record<string, string>>) => ({
    files: Object.fromEntries(Object.entries(texts).map(([name, content]) => [`/etc/fedgate/${name}`, content])),
  })
  let [one, other] = [] as unknown as Awaited<ReturnType<typeof createKeyPem>>[]
  beforeAll(async () => {
    ;[one, other] = await Promise.all(['one', 'other'].map((name) => createKeyPem(name, new Date())))
  })

  it('has absolute paths', () => {
    const files = inFolder({ 'tls.key': one?.privateKey ?? '', 'tls.crt': one?.certificate ?? '' })
    expect(parse(text, files).listen.tls).toEqual({ key: '/etc/fedgate/tls.key', cert: '/etc/fedgate/tls.crt' })
  })

  it('refuses a certificate of another key', () => {
    const files = inFolder({ 'tls.key': one?.privateKey ?? '', 'tls.crt': other?.certificate ?? '' })
    expect(problemsOf(text, files)).toEqual([
      expect.stringContaining('listen.tls.cert: expected a certificate for the key "./tls.key"'),
    ])
  })

  it('refuses files that cannot be read', () => {
    const problems = problemsOf(text, inFolder({}))
    expect(problems).toHaveLength(2)
    expect(problems[0]).toContain('listen.tls.key: expected a readable file')
    expect(problems[1]).toContain('listen.tls.cert: expected a readable file')
  })

  it('refuses a key that is encrypted, and files with something else', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const encrypted = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString()
    const certificate = one?.certificate ?? ''
    for (const key of [encrypted, 'no key', certificate])
      expect(problemsOf(text, inFolder({ 'tls.key': key, 'tls.crt': certificate }))).toEqual([
        expect.stringContaining('listen.tls.key: expected a PEM private key that is not encrypted'),
      ])
    expect(problemsOf(text, inFolder({ 'tls.key': one?.privateKey ?? '', 'tls.crt': 'no certificate' }))).toEqual([
      expect.stringContaining('listen.tls.cert: expected a PEM certificate'),
    ])
  })

  it('needs an https baseUrl', () => {
    const files = inFolder({ 'tls.key': one?.privateKey ?? '', 'tls.crt': one?.certificate ?? '' })
    const plain = text.replace('https://aws.example.com', 'http://localhost:8443')
    expect(problemsOf(plain, files)).toEqual([
      expect.stringContaining('baseUrl: expected an https origin, as listen.tls'),
    ])
  })
})
