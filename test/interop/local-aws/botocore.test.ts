/** botocore against the local AWS: the classes its exceptions get, and many calls at once. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Publisher, startPublisher } from '../../issuer/support.ts'
import { AWS } from '../../local-aws/cli.ts'
import { requireTool } from '../../tools.ts'
import { FOLDER, type Program, startProgram } from './program.ts'
import { gatewayTokens } from './tokens.ts'

interface Report {
  /** The class or code that was awaited, what came, and whether it is that. */
  readonly refusals: readonly (readonly [string, string, boolean])[]
  readonly parallel: readonly boolean[]
}

describe.skipIf(!requireTool(AWS))('botocore', () => {
  let publisher: Publisher
  let aws: Program
  let report: Report
  beforeAll(async () => {
    publisher = await startPublisher()
    aws = await startProgram()
    const { expired, 'other-issuer': ofStranger } = await gatewayTokens(publisher)
    const args = [join(FOLDER, 'errors.py'), aws.url, publisher.url, expired, ofStranger]
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' }
    const { stdout } = await promisify(execFile)('/usr/bin/python3', args, { env })
    report = JSON.parse(stdout) as Report
  })
  afterAll(async () => {
    await aws.end('SIGTERM')
    await publisher.close()
  })

  it('knows every refusal by its class, or where it has none by its code', () => {
    const known = report.refusals.map(([awaited]) => awaited)
    expect(known).toEqual(expect.arrayContaining(['IDPRejectedClaimException', 'RegionDisabledException']))
    const others = report.refusals.filter(([awaited, found, isThat]) => !isThat || awaited !== found)
    expect(others).toEqual([])
    expect(known.length).toBeGreaterThan(20)
  })

  it('makes roles, takes and deletes them, twenty at a time, and each answer is of its own call', () => {
    expect(report.parallel).toEqual(Array.from({ length: 60 }, () => true))
  })
})
