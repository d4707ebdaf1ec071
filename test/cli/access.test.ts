/** `fedgate access`: who can take what, and where rules and trust policies do not fit together. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { accessReport } from '../../src/cli/access/access.ts'
import { accessFormats } from '../../src/cli/access/formats.ts'
import type { AccessReport, Finding } from '../../src/cli/access/report.ts'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import { Secret } from '../../src/core/secret.ts'
import { startLocalAws } from '../../src/local-aws/server.ts'
import { AWS, makeAwsHome } from '../harness/aws-cli.ts'
import { fedgate } from '../harness/command.ts'
import { readTerraform } from '../iam/terraform-json.ts'
import { requireTool } from '../tools.ts'

const ACCOUNT = '111122223333'
const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
const OURS = { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/fedgate` }
const service = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }

const trust = (condition: object = {}, Principal: object = OURS) => ({
  Effect: 'Allow',
  Principal,
  Action: 'sts:AssumeRoleWithSAML',
  Condition: {
    StringEquals: {
      'saml:aud': 'https://signin.aws.amazon.com/saml',
      'saml:iss': 'https://aws.example.com/idp/metadata',
      ...condition,
    },
  },
})
const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })

const policies = {
  Fine: policy(trust({ 'saml:sub': 'alice' })),
  Wide: policy(service, trust()),
  Other: policy(trust({ 'saml:sub': 'bob' })),
  Refused: policy(service, trust({}, { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/other` })),
  Nobody: policy(service, trust()),
  Tagged: policy(trust()),
  Service: policy(service),
}

let folder: string
const reportOf = async (options: Parameters<typeof accessReport>[1] = {}, more: object = {}): Promise<AccessReport> => {
  const file = join(folder, 'fedgate.yaml')
  const config = {
    baseUrl: 'https://aws.example.com',
    session: { secret: '0123456789abcdef0123456789abcdef' },
    signing: { key: './signing.key', certificate: './signing.crt' },
    providers: [{ id: 'corp', protocol: 'saml', metadata: './idp.xml' }],
    accounts: { [ACCOUNT]: { name: 'Production' } },
    catalog: './catalog.json',
    access: [
      { when: { provider: 'corp', subject: 'alice' }, roles: [arnOf('Fine'), arnOf('Wide'), arnOf('Other')] },
      { when: { provider: 'corp', groups: ['ops', 'dev'] }, roles: [arnOf('Refused'), arnOf('Missing')] },
      { when: { provider: 'corp' }, roles: [{ tag: 'fedgate:groups' }, { path: '/none/' }] },
    ],
    ...more,
  }
  await writeFile(file, stringify(config))
  return accessReport(await readConfig(file, {}, 'offline'), options)
}
const writeCatalog = (trustPolicies: Readonly<Record<string, object>>): Promise<void> => {
  const roles = Object.entries(trustPolicies).map(([name, AssumeRolePolicyDocument]) => ({
    Arn: arnOf(name),
    AssumeRolePolicyDocument,
    ...(name === 'Tagged' ? { Tags: [{ Key: 'fedgate:groups', Value: 'team-a team-b' }] } : {}),
  }))
  return writeFile(join(folder, 'catalog.json'), JSON.stringify({ RoleDetailList: roles }))
}
const about = ({ findings }: AccessReport, name: string): readonly string[] =>
  findings.filter(({ subject }) => subject === arnOf(name)).map(({ code }) => code)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-access-'))
  await writeCatalog(policies)
  await writeFile(join(folder, 'alice.json'), JSON.stringify({ nameId: 'alice', attributes: { groups: ['team-a'] } }))
})
afterAll(() => rm(folder, { recursive: true }))

describe('access: who can take what', () => {
  it('access reports everyone that rules and tags mention', async () => {
    const { grants } = await reportOf()
    expect(grants.map(({ who, role }) => [who, role])).toEqual([
      ['subject = alice', arnOf('Fine')],
      ['subject = alice', arnOf('Wide')],
      ['subject = alice', arnOf('Other')],
      ['groups = ops or dev', arnOf('Refused')],
      ['groups = team-a', arnOf('Tagged')],
      ['groups = team-b', arnOf('Tagged')],
    ])
    expect(grants[0]).toMatchObject({ provider: 'corp', account: ACCOUNT, accountName: 'Production' })
  })

  it('access reports the roles of a group, and of the user of a claims file', async () => {
    const roles = ({ grants }: AccessReport) => grants.map(({ role }) => role)
    expect(roles(await reportOf({ group: 'dev' }))).toEqual([arnOf('Refused')])
    const claims = await reportOf({ claims: join(folder, 'alice.json'), provider: 'corp' })
    expect(roles(claims)).toEqual([arnOf('Fine'), arnOf('Wide'), arnOf('Other'), arnOf('Tagged')])
    expect(claims.grants[0]?.who).toBe('alice')
  })

  it('access reports the roles that a pattern over names can mean', async () => {
    const access = [
      {
        when: { provider: 'corp', groups: '/aws-(?<role>[A-Za-z]+)/' },
        roles: [`arn:aws:iam::${ACCOUNT}:role/{role}`],
      },
    ]
    const { grants, findings } = await reportOf({}, { access })
    expect(grants).toHaveLength(Object.keys(policies).length)
    expect(grants[0]?.who).toBe('groups = /aws-(?<role>[A-Za-z]+)/')
    expect(findings.map(({ code }) => code)).not.toContain('access.rule_matches_nothing')
  })
})

describe('access: findings', () => {
  it.each([
    ['Fine', []],
    ['Wide', ['access.role_wider']],
    ['Other', ['access.role_refused', 'access.role_wider']],
    ['Refused', ['access.role_refused']],
    ['Nobody', ['access.role_unreachable']],
    ['Tagged', []],
    ['Service', []],
  ])('access finds in the trust policy of %s: %j', async (name, codes) => {
    expect(about(await reportOf(), name)).toEqual(codes)
  })

  it('access finds rules that match no role', async () => {
    const { findings } = await reportOf()
    const empty = findings.filter(({ code }) => code === 'access.rule_matches_nothing')
    expect(empty.map(({ sentence }) => sentence).join()).toMatch(/role\/Missing.*path \/none\//)
  })

  it('access has patches after which nothing is found, and which keep the statements for others', async () => {
    const { findings } = await reportOf()
    const patched = findings.flatMap(({ subject, patch }) =>
      patch ? [[subject.split('/')[1] ?? '', patch.policy] as const] : [],
    )
    expect(patched.map(([name]) => name).sort()).toEqual(['Nobody', 'Other', 'Other', 'Refused', 'Wide'])
    expect(JSON.stringify(Object.fromEntries(patched).Nobody)).toBe(JSON.stringify(policy(service)))
    await writeCatalog({ ...policies, ...Object.fromEntries(patched) })
    const after = await reportOf()
    await writeCatalog(policies)
    expect(after.findings.filter(({ subject }) => subject.startsWith('arn:'))).toEqual([])
  })
})

const patchOf = ({ findings }: AccessReport, name: string): NonNullable<Finding['patch']> => {
  const patch = findings.find(({ subject }) => subject === arnOf(name))?.patch
  if (!patch) throw new Error('no patch')
  return patch
}

describe('access: patches applied', () => {
  it("access has the same policy in Terraform's JSON", async () => {
    const patch = patchOf(await reportOf(), 'Wide')
    const role = readTerraform(JSON.stringify(patch.terraform), () => null).get('aws_iam_role.Wide')
    expect(JSON.parse(String(role?.assume_role_policy))).toEqual(patch.policy)
  })

  it.skipIf(!requireTool(AWS))('access has a command that the AWS CLI runs', async () => {
    const patch = patchOf(await reportOf(), 'Wide')
    const key = { accessKeyId: 'AKIAIOSFODNN7ADMIN00', secretAccessKey: 'secret' }
    const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
    const aws = await startLocalAws({
      listen: { host: '127.0.0.1', port: 0 },
      allowHttpIssuers: false,
      state: {
        accounts: [{ id: ACCOUNT }],
        users: [
          {
            arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
            accessKeyId: key.accessKeyId,
            secretAccessKey: new Secret(key.secretAccessKey),
            policies: { everything },
          },
        ],
        roles: [{ arn: arnOf('Wide'), trustPolicy: policy(service) }],
        samlProviders: [],
        oidcProviders: [],
      },
    })
    const home = await makeAwsHome()
    try {
      const environment = `export AWS_ACCESS_KEY_ID=${key.accessKeyId} AWS_SECRET_ACCESS_KEY=${key.secretAccessKey} AWS_DEFAULT_REGION=eu-west-1`
      const alias = `aws() { ${AWS} --endpoint-url ${aws.url} "$@"; }`
      const read = 'aws iam get-role --role-name Wide --query Role.AssumeRolePolicyDocument --output json'
      const { stdout, stderr, exitCode } = await home.bash([environment, alias, patch.cli, read].join('\n'))
      expect([exitCode, stderr]).toEqual([0, ''])
      expect(JSON.parse(stdout)).toEqual(patch.policy)
    } finally {
      await home.remove()
      await aws.close()
    }
  })
})

describe('access: formats and changes', () => {
  it('access writes CSV that no spreadsheet runs', async () => {
    const csv = accessFormats.csv({
      version: 1,
      findings: [],
      grants: [{ who: '=cmd()', provider: 'a,b', role: 'r', account: '', accountName: 'say "x"', because: '' }],
    })
    expect(csv).toBe(`who,provider,role,account,accountName,because\r\n'=cmd(),"a,b",r,,"say ""x""",\r\n`)
  })

  it('access writes one HTML file that escapes what it shows', async () => {
    const report = await reportOf()
    const page = accessFormats.html({
      ...report,
      grants: report.grants.map((grant) => ({ ...grant, who: '<script>' })),
    })
    expect(page).not.toContain('<script>')
    expect(page).toContain(arnOf('Tagged'))
    expect(page).not.toMatch(/(src|href)=/)
  })

  it('access tells what has changed since an earlier report', async () => {
    const earlier = join(folder, 'earlier.json')
    await writeFile(earlier, accessFormats.json(await reportOf()))
    expect((await reportOf({ diff: earlier })).changes).toEqual({
      added: [],
      removed: [],
      newFindings: [],
      resolvedFindings: [],
    })
    const access = [{ when: { provider: 'corp', groups: 'new' }, roles: [arnOf('Nobody')] }]
    const { changes } = await reportOf({ diff: earlier }, { access })
    expect(changes?.added.map(({ who, role }) => [who, role])).toEqual([['groups = new', arnOf('Nobody')]])
    expect(changes?.removed).toHaveLength(6)
    expect(changes?.resolvedFindings.length).toBeGreaterThan(0)
    await writeFile(earlier, '{}')
    await expect(reportOf({ diff: earlier })).rejects.toMatchObject({ code: 'access.report_unreadable' })
  })

  it('access ends with 1 where there are findings, and with 78 for a broken catalogue', async () => {
    await reportOf()
    const run = fedgate(['access', '--config', join(folder, 'fedgate.yaml')])
    expect(await run.ended).toBe(1)
    expect(run.stdout()).toContain('access.role_refused')
    await writeFile(join(folder, 'catalog.json'), '{')
    const error = await reportOf().catch((thrown: unknown) => thrown)
    await writeCatalog(policies)
    expect([exitCodeOf(error), (error as { code?: string }).code]).toEqual([78, 'catalog.invalid'])
  })
})
