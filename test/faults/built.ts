/** The gateway as it is shipped: compiled, and run by plain Node, on the file store. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createKeyPem } from '../../src/issuer/keys.ts'
import { reserveGateway, writeConfig } from '../harness/test-gateway.ts'
import { createTestIdp, type TestIdp } from '../harness/test-idp.ts'
import { ROLE, SECRET, unlimited } from './gateway-process.ts'

const root = join(import.meta.dirname, '../..')
const place = join(root, 'test/.work/faults')

/** In octets. */
export interface Memory {
  readonly rss: number
  /** Objects that are still in use after a collection, and what they hold outside the heap. */
  readonly kept: number
}

export interface BuiltGateway {
  readonly url: string
  readonly idp: TestIdp
  /** As the system counts it, without a collection, in octets. */
  rss(): number
  /** The same without what is mapped from files: the program, and the store as far as it was read. */
  anonymous(): number
  memory(): Promise<Memory>
  close(): Promise<void>
}

const compile = (): void => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', join(place, 'dist')], {
    cwd: root,
  })
  // Pages find their templates beside the code.
  cpSync(join(root, 'views'), join(place, 'views'), { recursive: true })
  copyFileSync(join(root, 'package.json'), join(place, 'package.json'))
}

/** `options`: Node's own. Without the local AWS, which operators do not run. */
export const startBuilt = async (options: readonly string[] = []): Promise<BuiltGateway> => {
  compile()
  const [url, idp] = [await reserveGateway(), await createTestIdp('corp')]
  const { privateKey, certificate } = await createKeyPem('fedgate', new Date())
  const keys = {
    session: { secret: SECRET, store: 'file' },
    sts: { endpoint: 'aws', region: 'eu-west-1' },
    localAws: undefined,
    signing: { key: './signing.key', certificate: './signing.crt' },
    providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
    access: [{ when: { provider: 'corp' }, roles: [ROLE] }],
    audit: { file: './audit.jsonl' },
    limits: unlimited,
  }
  const files = { 'corp.xml': idp.metadata, 'signing.key': privateKey, 'signing.crt': certificate }
  const { file, folder } = await writeConfig(url, keys, { files })
  const child = spawn(process.execPath, [...options, join(place, 'dist/main.js'), 'serve', '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' },
  })
  await listening(child)
  return {
    url,
    idp,
    rss: () => resident(child, 'VmRSS'),
    anonymous: () => resident(child, 'RssAnon'),
    memory: async () => {
      child.send('measure')
      const [memory] = await once(child, 'message')
      return memory as Memory
    },
    close: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

const resident = ({ pid }: ChildProcess, name: 'VmRSS' | 'RssAnon'): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
}

/** What node needs to answer `memory`. */
export const MEASURED = ['--expose-gc', '--import', join(root, 'test/floods/report-memory.mjs')]

const listening = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      if (said.length < 10_000) said += chunk
      if (said.includes('fedgate listens')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`it ended with ${code} and said: ${said}`)))
  })
