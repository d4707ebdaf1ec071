/**
 * The contest itself, as compiled JavaScript under plain Node: logins of a user with ten roles at a gateway on each store,
 * a fresh response each, by turns with the floor and with passport-saml. Started by server.ts; prints its table.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { createKeyPem } from '../src/issuer/keys.ts'
import { type HttpAnswer, keptConnections, type Send } from './local-aws-client.ts'
import { startRedis } from './redis-server.ts'
import { ordinaryAttributes, parties, signedMessage } from './saml-messages.ts'

const [ROUNDS, WARM_UP, LOGINS, CONNECTIONS] = [12, 15, 40, 8]
const PARTS = ['start', 'ACS', 'finish', 'roles'] as const
type Part = (typeof PARTS)[number]

const now = (): Date => new Date()
const folder = mkdtempSync(join(tmpdir(), 'fedgate-bench-server-'))
const { privateKey, certificate } = await createKeyPem('bench', now())
const signingKey = createPrivateKey(privateKey)
const attributes = ordinaryAttributes()

const METADATA = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${parties.idp}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate.replace(/-----[A-Z ]+-----|\s/g, '')}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/sso"/></IDPSSODescriptor></EntityDescriptor>`
writeFileSync(join(folder, 'idp.xml'), METADATA)
writeFileSync(join(folder, 'bench.key'), privateKey, { mode: 0o600 })
writeFileSync(join(folder, 'bench.crt'), certificate)

const GROUPS = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'

const configOf = (name: string, port: number, store: string): string => {
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

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

interface Contender {
  readonly child: ChildProcess
  readonly port: number
  readonly send: Send
}

const startContender = async (kind: string, argument: (port: number) => string): Promise<Contender> => {
  const port = await freePort()
  const child = fork(join(import.meta.dirname, 'server-contender.js'), [kind, String(port), argument(port)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.once('exit', (code) => {
    if (code) process.exit(1)
  })
  await once(child, 'message')
  return { child, port, send: await keptConnections(port, CONNECTIONS) }
}

interface Usage {
  readonly cpu: NodeJS.CpuUsage
  readonly rss: number
}

const usageOf = async ({ child }: Contender): Promise<Usage> => {
  child.send('usage')
  return ((await once(child, 'message')) as [Usage])[0]
}

/** Milliseconds of CPU for each request, and the answers. */
const measured = async (contender: Contender, requests: readonly Buffer[], status: number) => {
  const before = (await usageOf(contender)).cpu
  const answers = await contender.send(requests)
  const after = (await usageOf(contender)).cpu
  const wrong = answers.find((answer) => answer.status !== status)
  if (wrong) throw new Error(`answered ${wrong.head}\n${wrong.body.slice(0, 2000)}`)
  return { answers, cpu: (after.user + after.system - before.user - before.system) / 1000 / requests.length }
}

const get = (port: number, path: string, cookie = ''): Buffer =>
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

/** One round of logins, part by part. */
const logins = async (gateway: Contender): Promise<Readonly<Record<Part, number>>> => {
  const { port } = gateway
  const origin = `http://localhost:${port}`
  const starts = await measured(
    gateway,
    Array.from({ length: LOGINS }, () => get(port, '/login/corp')),
    302,
  )
  const posts = starts.answers.map((answer) => {
    const { searchParams } = new URL(locationOf(answer))
    const request = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
    const id = /\sID="([^"]+)"/.exec(request)?.[1] ?? ''
    const to = { idp: parties.idp, sp: `${origin}/saml/corp/metadata`, acs: `${origin}/saml/corp/acs`, request: id }
    const { xml } = signedMessage(signingKey, now(), attributes, to)
    const fields = { SAMLResponse: encoded(xml), RelayState: searchParams.get('RelayState') ?? '' }
    return post(port, '/saml/corp/acs', fields)
  })
  const acs = await measured(gateway, posts, 303)
  const finish = await measured(
    gateway,
    acs.answers.map((answer, n) =>
      get(
        port,
        new URL(locationOf(answer), origin).href.slice(origin.length),
        cookiesOf(starts.answers[n] as HttpAnswer),
      ),
    ),
    303,
  )
  const roles = await measured(
    gateway,
    finish.answers.map((answer) => get(port, '/roles', cookiesOf(answer))),
    200,
  )
  const empty = roles.answers.find(({ body }) => (body.match(/role\/Developer/g) ?? []).length < 10)
  if (empty) throw new Error(`not ten roles: ${empty.body.slice(0, 2000)}`)
  return { start: starts.cpu, ACS: acs.cpu, finish: finish.cpu, roles: roles.cpu }
}

const singlePost = async (contender: Contender): Promise<number> => {
  const posts = Array.from({ length: LOGINS }, () =>
    post(contender.port, '/acs', { SAMLResponse: encoded(signedMessage(signingKey, now(), attributes).xml) }),
  )
  return (await measured(contender, posts, 303)).cpu
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const redis = await startRedis(folder)
const stores = { memory: 'memory', file: 'file', Redis: redis.url }
type Name = keyof typeof stores
const names = (process.env.BENCH_STORES?.split(',') ?? Object.keys(stores)) as Name[]
const gateways = new Map<Name, Contender>()
for (const name of names)
  gateways.set(name, await startContender('gateway', (port) => configOf(name, port, stores[name])))
const floor = await startContender('floor', () => '')
const passport = await startContender('passport', () => join(folder, 'bench.crt'))
const idleRss = new Map<Name, number>()
for (const name of names) idleRss.set(name, (await usageOf(gateways.get(name) as Contender)).rss)

type Times = Readonly<Record<Part, number>>
const rounds: { readonly floor: number; readonly passport: number; readonly of: Readonly<Record<Name, Times>> }[] = []
for (let round = -WARM_UP; round < ROUNDS; round += 1) {
  const order = round % 2 === 0 ? names : names.toReversed()
  const of: Partial<Record<Name, Times>> = {}
  const floorCpu = await singlePost(floor)
  for (const name of order) of[name] = await logins(gateways.get(name) as Contender)
  const passportCpu = await singlePost(passport)
  if (round >= 0) rounds.push({ floor: floorCpu, passport: passportCpu, of: of as Record<Name, Times> })
}
for (const { child } of [...gateways.values(), floor, passport]) child.disconnect()
await redis.stop()

/** As parts of passport-saml's POST, within the same round. */
const LIMITS: Readonly<Record<Name, { readonly start: number; readonly login: number; readonly roles: number }>> = {
  memory: { start: 1 / 10, login: 1 / 6, roles: 1 / 10 },
  file: { start: 1 / 10, login: 1 / 5, roles: 1 / 10 },
  Redis: { start: 1 / 10, login: 1 / 4, roles: 1 / 10 },
}
const part = (name: Name, cpuOf: (times: Times) => number): number =>
  median(rounds.map(({ of, passport }) => cpuOf(of[name]) / passport))
const milliseconds = (name: Name, which: Part): string => median(rounds.map(({ of }) => of[name][which])).toFixed(2)
const compared = (ratio: number, limit: number): string =>
  `1/${(1 / ratio).toFixed(1)} (at most 1/${Math.round(1 / limit)}${ratio <= limit ? '' : ', MISSED'})`

process.stdout.write(
  [
    '',
    `Node ${process.versions.node}, CPU milliseconds of the server, ${CONNECTIONS} connections; audit to standard output`,
    '',
    `| Store | ${PARTS.join(' | ')} | idle RSS |`,
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...names.map(
      (name) =>
        `| ${name} | ${PARTS.map((which) => milliseconds(name, which)).join(' | ')} | ${((idleRss.get(name) ?? 0) / 1e6).toFixed(0)} MB |`,
    ),
    '',
    `The floor, a form POST answered with 303: ${median(rounds.map((round) => round.floor)).toFixed(2)}. passport-saml's POST: ${median(rounds.map((round) => round.passport)).toFixed(2)}.`,
    '',
    "| As a part of passport-saml's POST | start | ACS and finish | roles |",
    '| --- | --- | --- | --- |',
    ...names.map((name) => {
      const limits = LIMITS[name]
      const cells = [
        compared(
          part(name, ({ start }) => start),
          limits.start,
        ),
        compared(
          part(name, ({ ACS, finish }) => ACS + finish),
          limits.login,
        ),
        compared(
          part(name, ({ roles }) => roles),
          limits.roles,
        ),
      ]
      return `| ${name} | ${cells.join(' | ')} |`
    }),
    '',
  ].join('\n'),
)
