/** A gateway in a process of its own, with providers of every kind, that says how much memory it has. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { reserveGateway, writeConfig } from '../harness/test-gateway.ts'
import { createTestIdp } from '../harness/test-idp.ts'
import { startTamperingProvider, type TamperingProvider } from '../oidc/tampering-provider.ts'
import { PROGRAM } from '../setup/built.ts'

/** In octets. */
export interface Memory {
  /** Of the whole process, what it has not given back to the system included. */
  readonly rss: number
  /** Objects that are still in use, and what they hold outside the heap. */
  readonly kept: number
}

export interface Hit {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly location: string | undefined
  /** As a browser would send them back. */
  readonly cookie: string
}

export interface FloodedGateway {
  readonly op: TamperingProvider
  send(hit: Hit): Promise<Answer>
  memory(): Promise<Memory>
  close(): Promise<void>
}

/** What is behind the limits is to bear the flood as well. */
const unlimited = Object.fromEntries(
  ['loginStarts', 'acs', 'callbacks', 'logouts', 'oauth', 'api'].map((limit) => [limit, '100000/s']),
)

export async function startFloodedGateway(): Promise<FloodedGateway> {
  const [url, op, idp] = [await reserveGateway(), await startTamperingProvider(), await createTestIdp('corp')]
  const aggregate = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${idp.metadata}</md:EntitiesDescriptor>`
  const { file, folder } = await writeConfig(
    url,
    { providers: providersOf(op), limits: unlimited },
    { files: { 'corp.xml': idp.metadata, 'federation.xml': aggregate } },
  )
  const child = await started(file)
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  return {
    op,
    send: (hit) => send(url, agent, hit),
    memory: async () => {
      child.send('measure')
      const [memory] = await once(child, 'message')
      return memory as Memory
    },
    close: async () => {
      agent.destroy()
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await op.close()
      await rm(folder, { recursive: true })
    },
  }
}

function providersOf({ issuer }: TamperingProvider) {
  const openid = { protocol: 'oidc', issuer, clientId: 'fedgate', clientSecret: 's', allowInsecureHttp: true }
  return [
    { id: 'corp', protocol: 'saml', metadata: './corp.xml', allowIdpInitiated: true },
    { id: 'edu', protocol: 'saml', metadata: './federation.xml', discovery: true },
    { id: 'openid', ...openid },
    { id: 'posting', ...openid, responseMode: 'form_post' },
  ]
}

async function started(config: string): Promise<ChildProcess> {
  const preload = join(import.meta.dirname, 'report-memory.mjs')
  const child = spawn(process.execPath, ['--expose-gc', '--import', preload, PROGRAM, 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
  })
  child.stdout?.resume()
  await listening(child)
  return child
}

async function listening(child: ChildProcess): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      if (said.length < 10_000) said += chunk
      if (said.includes('fedgate listens')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`it ended with ${code} and said: ${said}`)))
  })
}

function send(url: string, agent: Agent, { method, path, headers, form }: Hit): Promise<Answer> {
  const body = form && new URLSearchParams(form).toString()
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, url),
      {
        agent,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          accept: 'text/html',
          ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
      },
      (response) => {
        const cookie = (response.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ')
        const { statusCode = 0, headers: answered } = response
        response.resume().once('end', () => resolve({ status: statusCode, location: answered.location, cookie }))
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}
