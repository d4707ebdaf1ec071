/** Expected values: aws-facts A.5 and E.1, which cite "AWS JSON policy elements: Principal". */
import { describe, expect, it } from 'vitest'
import { MalformedPolicyError } from '../../src/iam/errors.ts'
import { type Decision, evaluate } from '../../src/iam/evaluate.ts'
import { parseTrustPolicy } from '../../src/iam/policy.ts'
import type { Principal } from '../../src/iam/principals.ts'
import { document, statement } from './support.ts'

const ACTION = 'sts:AssumeRole'
const ACCOUNT = '111122223333'
const ROOT = `arn:aws:iam::${ACCOUNT}:root`
const USER = `arn:aws:iam::${ACCOUNT}:user/team/alice`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/team/Auditor`
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Auditor/alice`
const FEDERATED_USER = `arn:aws:sts::${ACCOUNT}:federated-user/bob`

const decide = (policy: unknown, principal: Principal): Decision =>
  evaluate(parseTrustPolicy(policy), { principal, action: ACTION, context: new Map() })

const trusting = (Principal: unknown) => document(statement({ Principal, Action: ACTION }))

describe('A policy that names', () => {
  it.each<[named: unknown, caller: Principal, namedAs: Decision['namedAs']]>([
    [{ AWS: USER }, { aws: USER }, 'exact'],
    [{ AWS: USER }, { aws: `arn:aws:iam::${ACCOUNT}:user/alice` }, undefined],
    [{ AWS: ROLE }, { aws: ROLE }, 'exact'],
    [{ AWS: ROLE }, { aws: SESSION }, 'exact'],
    [{ AWS: ROLE }, { aws: `arn:aws:sts::444455556666:assumed-role/Auditor/alice` }, undefined],
    [{ AWS: ROLE }, { aws: `arn:aws:sts::${ACCOUNT}:assumed-role/team/Auditor` }, undefined],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/Audit` }, { aws: SESSION }, undefined],
    [{ AWS: SESSION }, { aws: SESSION }, 'exact'],
    [{ AWS: SESSION }, { aws: `arn:aws:sts::${ACCOUNT}:assumed-role/Auditor/bob` }, undefined],
    [{ AWS: FEDERATED_USER }, { aws: FEDERATED_USER }, 'exact'],
    [{ AWS: ROOT }, { aws: USER }, 'account'],
    [{ AWS: ACCOUNT }, { aws: SESSION }, 'account'],
    [{ AWS: ROOT }, { aws: ROOT }, 'account'],
    [{ AWS: ACCOUNT }, { aws: FEDERATED_USER }, 'account'],
    [{ AWS: '444455556666' }, { aws: USER }, undefined],
    [{ AWS: ROOT }, { aws: `arn:aws-cn:iam::${ACCOUNT}:user/alice` }, undefined],
    [{ AWS: [ROOT, USER] }, { aws: USER }, 'exact'],
    [{ AWS: '*' }, { aws: USER }, 'anyone'],
    ['*', { aws: USER }, 'anyone'],
    ['*', { anonymous: true }, 'anyone'],
    [{ AWS: ROOT }, { anonymous: true }, undefined],
    [{ Service: 'ec2.amazonaws.com' }, { service: 'ec2.amazonaws.com' }, 'exact'],
    [{ Service: 'ec2.amazonaws.com' }, { service: 'lambda.amazonaws.com' }, undefined],
    [{ Service: 'ec2.amazonaws.com' }, { aws: USER }, undefined],
    [{ AWS: ACCOUNT }, { federated: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` }, undefined],
    [{ Federated: 'accounts.google.com' }, { federated: 'accounts.google.com' }, 'exact'],
  ])('%j meets %j: %s', (named, caller, namedAs) => {
    const decision = decide(trusting(named), caller)
    expect(decision.effect).toBe(namedAs === undefined ? 'implicit-deny' : 'allow')
    expect(decision.namedAs).toBe(namedAs)
  })

  it('a caller in several statements has it by the closest of them', () => {
    const policy = document(
      statement({ Principal: { AWS: ACCOUNT }, Action: ACTION }),
      statement({ Principal: { AWS: ROLE }, Action: ACTION }),
    )
    expect(decide(policy, { aws: SESSION }).namedAs).toBe('exact')
  })
})

describe('A user or role that has been deleted, as `aws iam get-role` shows it: its unique id', () => {
  it.each(['AROACKCEVSQ6C2EXAMPLE', 'AIDACKCEVSQ6C2EXAMPLE'])('%s matches no caller', (id) => {
    const policy = trusting({ AWS: [id, USER] })
    expect(decide(policy, { aws: USER }).effect).toBe('allow')
    for (const caller of [{ aws: id }, { aws: ROLE }, { federated: id }, { anonymous: true }] as const)
      expect(decide(policy, caller).effect).toBe('implicit-deny')
    expect([...(parseTrustPolicy(policy).statements[0]?.principal.deleted ?? [])]).toEqual([id])
  })

  it('a deleted user or role denies no caller either', () => {
    const deny = { ...statement({ Principal: { AWS: 'AROACKCEVSQ6C2EXAMPLE' }, Action: ACTION }), Effect: 'Deny' }
    expect(decide(document(statement({ Principal: { AWS: USER }, Action: ACTION }), deny), { aws: USER }).effect).toBe(
      'allow',
    )
  })
})

describe('A principal that IAM refuses (E.6)', () => {
  it.each<[element: unknown, path: string, iamMessage: string]>([
    [{ AWS: 'alice' }, 'AWS', 'Invalid principal in policy: "AWS":"alice"'],
    [{ AWS: 'arn:aws:iam::*:root' }, 'AWS', 'Invalid principal in policy: "AWS":"arn:aws:iam::*:root"'],
    [
      { AWS: [USER, `arn:aws:iam::${ACCOUNT}:user/*`] },
      'AWS[1]',
      `Invalid principal in policy: "AWS":"arn:aws:iam::${ACCOUNT}:user/*"`,
    ],
    [
      { AWS: `arn:aws:iam::${ACCOUNT}:group/admins` },
      'AWS',
      `Invalid principal in policy: "AWS":"arn:aws:iam::${ACCOUNT}:group/admins"`,
    ],
    [{ Service: 'ec2' }, 'Service', 'Invalid principal in policy: "Service":"ec2"'],
    [{ Service: '*' }, 'Service', 'Invalid principal in policy: "Service":"*"'],
    [{ Federated: '*' }, 'Federated', 'Invalid principal in policy: "Federated":"*"'],
    [{ Federated: 'www.google.com' }, 'Federated', 'Invalid principal in policy: "Federated":"www.google.com"'],
    [{ Everyone: '*' }, 'Everyone', 'Invalid principal in policy: "Everyone":"*"'],
  ])('a principal that IAM refuses %j', (element, path, iamMessage) => {
    const error = (() => {
      try {
        return parseTrustPolicy(trusting(element))
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(MalformedPolicyError)
    expect((error as MalformedPolicyError).problems).toMatchObject([
      { path: `Statement[0].Principal.${path}`, iamMessage },
    ])
  })
})
