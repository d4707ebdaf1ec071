/** The demo's drift, found by `fedgate access` and mended with the AWS CLI, by a user of the demo. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessReport } from '../../src/cli/access/access.ts'
import type { AccessReport } from '../../src/cli/access/report.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import { AWS, type AwsHome, makeAwsHome } from '../harness/aws-cli.ts'
import { unescapeMarkup } from '../harness/html.ts'
import { formWith, HttpBrowser } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { readTerraform } from '../iam/terraform-json.ts'
import { requireTool } from '../tools.ts'

const FORGOTTEN = 'arn:aws:iam::111122223333:role/CostReport'

let testGateway: TestGateway
let home: AwsHome
beforeAll(async () => {
  ;[testGateway, home] = await Promise.all([startTestGateway(), makeAwsHome()])
})
afterAll(async () => {
  await testGateway.close()
  await home.remove()
})

const report = async (): Promise<AccessReport> =>
  accessReport(await readConfig(join(testGateway.folder, 'fedgate.yaml'), {}, 'offline'), {})

const patchIn = ({ findings }: AccessReport) => {
  const patch = findings.find(({ subject }) => subject === FORGOTTEN)?.patch
  if (!patch) throw new Error('no patch')
  return patch
}

describe("the demo's drift", () => {
  it('drift is found in one role, whose trust policy names the identity provider from before', async () => {
    const { findings } = await report()
    expect(new Set(findings.map(({ subject, code }) => `${code} ${subject}`))).toEqual(
      new Set([`access.role_refused ${FORGOTTEN}`]),
    )
  })

  it("drift has a patch in Terraform's JSON, which reads back as the same policy", async () => {
    const patch = patchIn(await report())
    const role = readTerraform(JSON.stringify(patch.terraform), () => null).get('aws_iam_role.CostReport')
    expect(JSON.parse(String(role?.assume_role_policy))).toEqual(patch.policy)
  })

  it.skipIf(!requireTool(AWS))('drift is gone after the patch was applied and the catalogue was exported', async () => {
    const { gateway, localAws, folder } = testGateway
    const dave = new HttpBrowser()
    const denied = await signIn(dave, { gateway, provider: 'corp', username: 'dave' })
    const refused = await dave.submit(denied, formWith(denied, 'role', FORGOTTEN))
    expect([refused.status, refused.body.includes('sts.access_denied')]).toEqual([403, true])

    const bob = new HttpBrowser()
    const page = await signIn(bob, { gateway, provider: 'corp', username: 'bob' })
    const { body } = await bob.submit(page, formWith(page, 'role', 'arn:aws:iam::111122223333:role/Administrator'))
    const exported = unescapeMarkup(/aria-label="Credentials, bash, zsh"><code>([^<]*)</.exec(body)?.[1] ?? '')
    const alias = `aws() { ${AWS} --endpoint-url ${localAws} "$@"; }`
    const pull = 'aws iam get-account-authorization-details --filter Role --output json'
    const script = [exported, alias, patchIn(await report()).cli, pull].join('\n')
    const { stdout, stderr, exitCode } = await home.bash(script)
    expect([exitCode, stderr]).toEqual([0, ''])
    await writeFile(join(folder, 'catalog', '111122223333.json'), stdout)
    expect((await report()).findings).toEqual([])

    const again = await dave.open(`${gateway}/roles`)
    const taken = await dave.submit(again, formWith(again, 'role', FORGOTTEN))
    expect(taken.body).toContain('arn:aws:sts::111122223333:assumed-role/CostReport/dave@example.com')
  })
})
