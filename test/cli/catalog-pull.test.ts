/** `fedgate catalog pull` against an organization of the local AWS that pages, refuses and is busy. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadCatalog } from '../../src/catalog/files.ts'
import { neededPolicies } from '../../src/cli/catalog/permissions.ts'
import { pullCatalog } from '../../src/cli/catalog/pull.ts'
import type { CatalogPullOptions } from '../../src/cli/options.ts'
import { Secret } from '../../src/core/secret.ts'
import { type LocalAws, startLocalAws } from '../../src/local-aws/server.ts'
import { AWS, makeAwsHome } from '../harness/aws-cli.ts'
import { requireTool } from '../tools.ts'

const MANAGEMENT = '111111111111'
const [FIRST, LOCKED, CLOSED] = ['200000000001', '200000000002', '200000000003']
const many = Array.from({ length: 18 }, (_, n) => String(300_000_000_000 + n))
const MEMBERS = [FIRST, LOCKED, ...many]
const PULLER = { accessKeyId: 'AKIAIOSFODNN7PULLER0', secretAccessKey: 'secret-of-the-puller' }
const WEAK = { accessKeyId: 'AKIAIOSFODNN7WEAK000', secretAccessKey: 'secret-of-the-weak' }
const AUDIT = 'FedgateCatalog'

const { caller, role } = neededPolicies({ roleName: AUDIT, hasOrganization: true })
const arnOf = (account: string): string => `arn:aws:iam::${account}:role/${AUDIT}`
const auditRole = (account: string) => ({
  arn: arnOf(account),
  policies: { catalog: role },
  trustPolicy: {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account === LOCKED ? CLOSED : MANAGEMENT}:root` },
      Action: 'sts:AssumeRole',
    },
  },
})

let aws: LocalAws
let busy: Server
let folder: string
/** Calls by operation, and how often each is answered with Throttling first. */
const calls: string[] = []
let throttled = 0

beforeAll(async () => {
  const deploy = Array.from({ length: 1005 }, (_, n) => ({
    arn: `arn:aws:iam::${FIRST}:role/teams/Role${String(n).padStart(4, '0')}`,
    trustPolicy: auditRole(FIRST).trustPolicy,
    description: `Number ${n}`,
    maxSessionDuration: 7200,
    tags: { 'fedgate:groups': 'dev ops' },
  }))
  aws = await startLocalAws({
    listen: { host: '127.0.0.1', port: 0 },
    allowHttpIssuers: false,
    state: {
      accounts: [
        { id: MANAGEMENT, name: 'Management' },
        { id: FIRST, name: 'First', ou: 'Workloads/Live', tags: { env: 'prod' } },
        { id: LOCKED, name: 'Locked', ou: 'Workloads' },
        { id: CLOSED, name: 'Closed', status: 'SUSPENDED' },
        ...many.map((id) => ({ id, name: `Number ${id}`, ou: 'Workloads/Many' })),
      ],
      users: [
        {
          arn: `arn:aws:iam::${MANAGEMENT}:user/puller`,
          accessKeyId: PULLER.accessKeyId,
          secretAccessKey: new Secret(PULLER.secretAccessKey),
          policies: { caller },
        },
        {
          arn: `arn:aws:iam::${MANAGEMENT}:user/weak`,
          accessKeyId: WEAK.accessKeyId,
          secretAccessKey: new Secret(WEAK.secretAccessKey),
        },
      ],
      roles: [...[...MEMBERS, MANAGEMENT].map(auditRole), ...deploy],
      samlProviders: [],
      oidcProviders: [],
    },
  })
  // In front of it: counts calls, and says that AWS is busy as often as a test asks for.
  busy = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const target = String(incoming.headers['x-amz-target'] ?? '').split('.')[1]
      calls.push(target ?? new URLSearchParams(body.toString()).get('Action') ?? '')
      if (throttled > 0 && target === undefined) {
        throttled--
        response.writeHead(400, { 'Content-Type': 'text/xml' })
        response.end(
          '<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>',
        )
        return
      }
      const { port } = new URL(aws.url)
      const passed = request(
        { host: '127.0.0.1', port, method: 'POST', path: incoming.url, headers: incoming.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(response)
        },
      )
      passed.end(body)
    })
  })
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  busy.close()
  busy.closeAllConnections()
  await aws.close()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-pull-'))
  calls.length = 0
  return () => rm(folder, { recursive: true })
})

const pull = async (options: CatalogPullOptions, key = PULLER, now = new Date()): Promise<readonly string[]> => {
  const notes: string[] = []
  const url = `http://127.0.0.1:${(busy.address() as AddressInfo).port}/`
  const before = { ...process.env }
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey })
  delete process.env.AWS_SESSION_TOKEN
  try {
    const given = { out: folder, endpointUrl: url, ...options }
    await pullCatalog({ options: given, env: {}, note: (line) => notes.push(line), now: () => now })
  } finally {
    process.env = before
  }
  return notes
}
const accountsFile = async (...ids: readonly string[]): Promise<string> => {
  const file = join(folder, 'accounts.txt')
  await writeFile(file, `# some\n${ids.join('\n')}\n`)
  return file
}

describe('catalog pull', () => {
  it('catalog pull writes an organization with every page, and says which account AWS refused', async () => {
    throttled = 2
    const error = await pull({}).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'catalog.aws_refused', exitCode: 5 })
    expect(String(error)).toContain(`${LOCKED}: AccessDenied`)
    const catalog = await loadCatalog({ patterns: [join(folder, '*.json')], folder })
    expect(catalog.accounts.size).toBe(4 + many.length)
    expect(catalog.accounts.get(FIRST)).toMatchObject({ name: 'First', ou: 'Workloads/Live', tags: { env: 'prod' } })
    expect(catalog.accounts.get(CLOSED)?.status).toBe('SUSPENDED')
    expect(catalog.roles.get(`arn:aws:iam::${FIRST}:role/teams/Role1004`)).toMatchObject({
      description: 'Number 1004',
      maxSessionSeconds: 7200,
      tags: { 'fedgate:groups': 'dev ops' },
    })
    expect(catalog.trustPolicyOf(`arn:aws:iam::${FIRST}:role/teams/Role1004`)).toBeDefined()
    expect(catalog.completeAccounts).toContain(FIRST)
    expect(catalog.completeAccounts).not.toContain(LOCKED)
  })

  it('catalog pull reads the accounts of a file, and removes the file of one that is no longer there', async () => {
    await writeFile(join(folder, '999999999999.json'), '{}')
    const notes = await pull({ accounts: await accountsFile(FIRST, MANAGEMENT) })
    expect(calls.filter((name) => name.startsWith('List') && name.includes('Account'))).toEqual([
      'ListAccountAliases',
      'ListAccountAliases',
    ])
    expect((await readdir(folder)).sort()).toEqual([`${MANAGEMENT}.json`, `${FIRST}.json`, 'accounts.txt'].sort())
    expect(JSON.parse(await readFile(join(folder, `${FIRST}.json`), 'utf8')).Accounts).toEqual([
      { Id: FIRST, Name: 'first' },
    ])
    expect(notes.some((line) => line.startsWith('2/2 '))).toBe(true)
  })

  it('catalog pull continues an interrupted run for an hour, and then starts again', async () => {
    const accounts = await accountsFile(FIRST, LOCKED)
    const assumed = (): number => calls.splice(0).filter((name) => name === 'AssumeRole').length
    await pull({ accounts }).catch(() => undefined)
    expect(assumed()).toBe(2)
    await pull({ accounts }).catch(() => undefined)
    expect(assumed()).toBe(1)
    await pull({ accounts }, PULLER, new Date(Date.now() + 2 * 3_600_000)).catch(() => undefined)
    expect(assumed()).toBe(2)
  })

  it.each([
    ['without the permission to list accounts', {}, WEAK, 'catalog.aws_refused', 5],
    ['with a wrong key', {}, { ...WEAK, secretAccessKey: 'wrong' }, 'catalog.aws_refused', 5],
    ['where nothing answers', { endpointUrl: 'http://127.0.0.1:1/' }, WEAK, 'catalog.aws_unreachable', 6],
    ['with a file that has no accounts', { accounts: '/dev/null' }, PULLER, 'catalog.accounts_unreadable', 1],
  ])('catalog pull fails %s', async (_, options, key, code, exitCode) => {
    await expect(pull(options, key)).rejects.toMatchObject({ code, exitCode })
  })

  it.skipIf(!requireTool(AWS))('catalog pull writes what exports of the AWS CLI say too', async () => {
    const home = await makeAwsHome()
    const key = `export AWS_ACCESS_KEY_ID=${PULLER.accessKeyId} AWS_SECRET_ACCESS_KEY=${PULLER.secretAccessKey} AWS_DEFAULT_REGION=us-east-1`
    const cli = `${AWS} --endpoint-url ${aws.url} --output json`
    const { exitCode, stderr } = await home.bash(
      [
        key,
        `${cli} organizations list-accounts > ${folder}/a.json`,
        `${cli} iam get-account-authorization-details > ${folder}/b.json`,
      ].join(' && '),
    )
    await home.remove()
    expect([exitCode, stderr]).toEqual([0, ''])
    const exported = await loadCatalog({ patterns: [join(folder, '?.json')], folder })
    await pull({ accounts: await accountsFile(MANAGEMENT) })
    const pulled = await loadCatalog({ patterns: [join(folder, `${MANAGEMENT}.json`)], folder })
    expect(exported.accounts.size).toBe(4 + many.length)
    expect([...exported.roles.keys()]).toEqual([arnOf(MANAGEMENT)])
    const [theirs, ours] = [exported, pulled].map(({ roles }) => roles.get(arnOf(MANAGEMENT))?.trustPolicy)
    expect(theirs).toBe(ours)
  })

  it('catalog pull prints the policies that are enough for it', () => {
    const { caller: alone } = neededPolicies({ roleName: 'Audit', hasOrganization: false })
    expect(JSON.stringify(alone)).not.toContain('organizations:')
    expect(JSON.stringify(alone)).toContain('arn:aws:iam::*:role/Audit')
  })
})
