/** The local AWS is killed in the midst of writes: what comes after is as the state file says, and the trail is whole. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { afterAll, expect, it } from 'vitest'
import { type Program, startProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'fedgate-kill-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ADMIN = { accessKeyId: 'AKIARTX3GSDSQADMINAA', secretAccessKey: 'secret-of-admin' }
const IN_STATE = ['Amazon', 'Direct', 'Mfa', 'Next', 'NoTags', 'Partner']
const AssumeRolePolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }],
})

const client = ({ url }: Program): IAMClient =>
  new IAMClient({ region: 'us-east-1', endpoint: url, maxAttempts: 1, credentials: ADMIN })

const rolesIn = async (aws: Program): Promise<readonly (string | undefined)[]> =>
  ((await client(aws).send(new ListRolesCommand({}))).Roles ?? []).map(({ RoleName }) => RoleName).sort()

it('Killed while twenty clients write, it starts again on its port as if nothing had been', {
  timeout: 120_000,
}, async () => {
  const trail = join(folder, 'trail.jsonl')
  const first = await startProgram(['--cloudtrail', trail])
  let made = 0
  let killed: Promise<void> | undefined
  const writing = async (n: number): Promise<void> => {
    const iam = client(first)
    for (let i = 0; ; i++) {
      await iam.send(new CreateRoleCommand({ RoleName: `R${n}-${i}`, AssumeRolePolicyDocument }))
      made++
      if (made >= 100) killed ??= first.end('SIGKILL')
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => writing(n)))
  await killed
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)

  // As if it had been killed in the midst of a line.
  appendFileSync(trail, '{"eventVersion":"1.08","userIden')

  const second = await startProgram(['--cloudtrail', trail], Number(new URL(first.url).port))
  try {
    expect(await rolesIn(second)).toEqual(IN_STATE)
    await client(second).send(new CreateRoleCommand({ RoleName: 'R0-0', AssumeRolePolicyDocument }))
    expect(await rolesIn(second)).toEqual([...IN_STATE, 'R0-0'].sort())
  } finally {
    await second.end('SIGTERM')
  }
  const lines = readFileSync(trail, 'utf8').trimEnd().split('\n')
  expect(lines.filter((line) => !isEvent(line))).toHaveLength(1)
  expect(lines.slice(-3).every(isEvent)).toBe(true)
})

const isEvent = (line: string): boolean => {
  try {
    return (JSON.parse(line) as { eventVersion?: string }).eventVersion === '1.08'
  } catch {
    return false
  }
}
