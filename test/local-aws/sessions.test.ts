import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { createSessions, type RoleSession } from '../../src/local-aws/sessions.ts'

import {
  ATTRIBUTE,
  attributesFor,
  base64,
  call,
  newKeys,
  PROVIDER,
  ROLE,
  responseXml,
  sign,
  start,
  stateFor,
} from './support.ts'

const START = new Date('2026-11-22T12:00:00Z')
const after = (seconds: number): Date => new Date(START.getTime() + seconds * 1000)

const session = (accessKeyId: string, expiration: Date): RoleSession => ({
  kind: 'role-session',
  chained: false,
  accessKeyId,
  secretAccessKey: new Secret('s'),
  temporary: { sessionToken: new Secret('t'), expiration },
  issuedAt: START,
  tokensFor: 'all-regions',
  mfaAt: undefined,
  partition: 'aws',
  account: '111122223333',
  principalArn: 'arn:aws:iam::111122223333:role/Dev',
  arn: 'arn:aws:sts::111122223333:assumed-role/Dev/alice',
  userId: 'AROAX:alice',
  roleArn: 'arn:aws:iam::111122223333:role/Dev',
  roleName: 'Dev',
  sessionName: 'alice',
  provider: 'arn:aws:iam::111122223333:saml-provider/corp',
  sourceIdentity: undefined,
  tags: new Map(),
  transitiveTagKeys: [],
  sessionPolicies: undefined,
  identity: '[]',
})

it('Sessions that ended more than an hour ago are forgotten when others come', () => {
  const sessions = createSessions()
  sessions.add(session('long-gone', after(900)), START)
  sessions.add(session('just-ended', after(4600)), START)
  for (let n = 0; n < 1000; n++) sessions.add(session(`new-${n}`, after(9000)), after(5000))
  expect(sessions.find('long-gone')).toBeUndefined()
  expect(sessions.find('just-ended')).toBeDefined()
  expect(sessions.find('new-0')).toBeDefined()
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const heapInUse = (): number => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

it('A session keeps nothing of the assertion but what it says of the session', async () => {
  const keys = await newKeys()
  const now = new Date()
  const attributes = {
    ...attributesFor(),
    [`${ATTRIBUTE}RoleSessionName`]: ['alice.of.the.long.name@example.com'],
    groups: Array.from({ length: 700 }, (_, n) => `${'g'.repeat(60)}${n}`),
  }
  const aws = await start(stateFor(keys), () => now)
  const SAMLAssertion = base64(sign(responseXml(now, { attributes }), keys))
  const take = async (times: number): Promise<number> => {
    for (let n = 0; n < times; n++) {
      const { status } = await call(aws.url, {
        Action: 'AssumeRoleWithSAML',
        RoleArn: ROLE,
        PrincipalArn: PROVIDER,
        SAMLAssertion,
      })
      expect(status).toBe(200)
    }
    return heapInUse()
  }
  const before = await take(10)
  const kept = (await take(150)) - before
  await aws.close()
  expect(SAMLAssertion.length).toBeGreaterThan(90_000)
  expect(kept / 150).toBeLessThan(30_000)
})
