import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lineLog } from '../../src/cli/line-log.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import { localAwsState, localRoles } from '../../src/cli/local-aws/state.ts'

const folder = mkdtempSync(join(tmpdir(), 'fedgate-local-state-'))
afterAll(() => rmSync(folder, { recursive: true }))

const roleArn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`
const GITHUB = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com'

const config = (localAws: string): string => `
baseUrl: http://localhost:8080
session: { secret: "0123456789abcdef0123456789abcdef" }
sts: { endpoint: local }
localAws: ${localAws}
providers:
  - id: github
    protocol: oidc
    issuer: https://token.actions.githubusercontent.com
    clientId: sts.amazonaws.com
    exchange: { via: web-identity, evidence: original }
accounts:
  "111122223333": { name: Production }
  "444455556666": { name: Staging }
access:
  - when: { provider: github }
    roles: ["${roleArn('CI')}", "${roleArn('Deploy')}"]
`

const state = `
accounts: [{ id: "111122223333", name: From the file }]
users: [{ arn: "arn:aws:iam::111122223333:user/dora", accessKeyId: AKIAEXAMPLE111111111, secretAccessKey: example-secret }]
roles:
  - arn: ${roleArn('CI')}
    trustPolicy:
      Version: "2012-10-17"
      Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole" }]
  - arn: ${roleArn('Extra')}
    trustPolicy:
      Version: "2012-10-17"
      Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: "sts:AssumeRole" }]
`

const surroundings = { now: () => new Date(), log: lineLog(() => {}) }

const read = (localAws: string) => {
  const file = join(folder, 'fedgate.yaml')
  writeFileSync(join(folder, 'state.yaml'), state)
  writeFileSync(file, config(localAws))
  return readConfig(file, {})
}

describe('localAws.state', () => {
  it('adds to the roles that access names, and has its own way with those that it names too', async () => {
    const read1 = await read('{ state: ./state.yaml }')
    const { roles, oidcProviders, accounts, users } = await localAwsState(read1, undefined, surroundings)
    expect(roles.map(({ arn }) => arn)).toEqual([roleArn('CI'), roleArn('Extra'), roleArn('Deploy')])
    const trusts = roles.map(({ trustPolicy }) => JSON.stringify(trustPolicy))
    expect(trusts.map((text) => text.includes('sts:AssumeRoleWithWebIdentity'))).toEqual([false, false, true])
    expect(oidcProviders.map(({ arn }) => arn)).toEqual([GITHUB])
    expect(accounts.map(({ id, name }) => [id, name])).toEqual([
      ['111122223333', 'From the file'],
      ['444455556666', 'Staging'],
    ])
    expect(users.map(({ arn }) => arn)).toEqual(['arn:aws:iam::111122223333:user/dora'])
    expect((await localRoles(read1)).map(({ arn }) => arn)).toEqual(roles.map(({ arn }) => arn))
  })

  it('localAws.state may be left out: then the roles of access are all that there is', async () => {
    const { roles } = await localAwsState(await read('{}'), undefined, surroundings)
    expect(roles.map(({ arn }) => arn)).toEqual([roleArn('CI'), roleArn('Deploy')])
  })
})
