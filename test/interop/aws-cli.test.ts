/** Credentials as they stand on the page, used by Debian's AWS CLI: pasted into bash, or as a credential_process. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AWS, type AwsHome, makeAwsHome } from '../harness/aws-cli.ts'
import { unescapeMarkup } from '../harness/html.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { signIn } from '../harness/sign-in.ts'
import { startTestGateway, type TestGateway } from '../harness/test-gateway.ts'
import { requireTool } from '../tools.ts'

const SANDBOX = 'arn:aws:iam::444455556666:role/Developer'

describe.skipIf(!requireTool(AWS))('with the AWS CLI', () => {
  let testGateway: TestGateway
  let home: AwsHome
  let whoAmI: string

  beforeAll(async () => {
    ;[testGateway, home] = await Promise.all([startTestGateway(), makeAwsHome()])
    whoAmI = `${AWS} sts get-caller-identity --endpoint-url ${testGateway.localAws}`
  })
  afterAll(async () => {
    await testGateway.close()
    await home.remove()
  })
  beforeEach(() => home.config(''))

  const credentialsOf = async (provider: string, username: string, role?: string): Promise<Page> => {
    const browser = new HttpBrowser()
    const page = await signIn(browser, { gateway: testGateway.gateway, provider, username })
    return browser.submit(page, formWith(page, 'role', role), { duration: '900' })
  }

  /** The text that the page shows under that label, as a user copies it. */
  const shown = ({ body }: Page, label: string): string => {
    const text = new RegExp(`aria-label="Credentials, ${label}"><code>([^<]*)</`).exec(body)?.[1]
    if (text === undefined) throw new Error(`the page has no ${label}`)
    return unescapeMarkup(text)
  }

  const forBash = async (...who: Parameters<typeof credentialsOf>) => shown(await credentialsOf(...who), 'bash, zsh')

  it.each(['corp', 'openid'])('alice, signed in by %s and pasted into bash, is who she is to AWS', async (provider) => {
    const { exitCode, stdout, stderr } = await home.bash(`${await forBash(provider, 'alice', SANDBOX)}\n${whoAmI}`)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      UserId: expect.stringMatching(/^AROA[A-Z0-9]{17}:alice@example\.com$/),
      Account: '444455556666',
      Arn: 'arn:aws:sts::444455556666:assumed-role/Developer/alice@example.com',
    })
  })

  it('bob is an administrator', async () => {
    const { stdout } = await home.bash(`${await forBash('corp', 'bob')}\n${whoAmI} --query Arn --output text`)
    expect(stdout).toBe('arn:aws:sts::111122223333:assumed-role/Administrator/bob@example.com\n')
  })

  it('the lines set the region too, and nothing else', async () => {
    const lines = await forBash('corp', 'alice', SANDBOX)
    const { stdout } = await home.bash(`${lines}\nenv | grep ^AWS_ | cut -d= -f1 | sort; echo $AWS_REGION`)
    const added = [
      'ACCESS_KEY_ID',
      'CREDENTIAL_EXPIRATION',
      'DEFAULT_REGION',
      'REGION',
      'SECRET_ACCESS_KEY',
      'SESSION_TOKEN',
    ]
    for (const name of added) expect(stdout).toContain(`AWS_${name}\n`)
    expect(stdout.split('\n')).toHaveLength(added.length + 5 + 2)
    expect(stdout).toContain('eu-west-1\n')
  })

  it('a wrong secret is refused with SignatureDoesNotMatch', async () => {
    const lines = await forBash('corp', 'alice')
    const { exitCode, stderr } = await home.bash(
      `${lines}\nexport AWS_SECRET_ACCESS_KEY=x$AWS_SECRET_ACCESS_KEY\n${whoAmI}`,
    )
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('(SignatureDoesNotMatch)')
  })

  it('a session token of another user is refused', async () => {
    const [alice, bob] = [await forBash('corp', 'alice'), await forBash('corp', 'bob')]
    const token = /^export AWS_SESSION_TOKEN=.*$/m.exec(bob)?.[0]
    const { exitCode, stderr } = await home.bash(`${alice}\n${token}\n${whoAmI}`)
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('(InvalidClientTokenId)')
  })

  it('a key without its session token is refused', async () => {
    const { stderr } = await home.bash(`${await forBash('corp', 'alice')}\nunset AWS_SESSION_TOKEN\n${whoAmI}`)
    expect(stderr).toContain('(InvalidClientTokenId)')
  })

  it('the JSON is what a credential_process prints', async () => {
    const file = join(home.folder, 'credentials.json')
    const program = join(home.folder, 'credentials.sh')
    await writeFile(file, shown(await credentialsOf('openid', 'alice', SANDBOX), 'JSON'))
    await writeFile(program, `#!/bin/sh\ncat '${file}'\n`)
    await chmod(program, 0o700)
    await home.config(`[profile sandbox]\ncredential_process = ${program}\nregion = eu-west-1\n`)
    const { exitCode, stdout, stderr } = await home.bash(`${whoAmI} --profile sandbox --query Arn --output text`)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(stdout).toBe('arn:aws:sts::444455556666:assumed-role/Developer/alice@example.com\n')
  })

  it('a credential_process whose credentials have expired is not used', async () => {
    const old = JSON.parse(shown(await credentialsOf('corp', 'alice'), 'JSON')) as object
    const file = join(home.folder, 'expired.json')
    await writeFile(file, JSON.stringify({ ...old, Expiration: '2020-01-01T00:00:00Z' }))
    await home.config(`[default]\ncredential_process = cat ${file}\nregion = eu-west-1\n`)
    expect((await home.bash(whoAmI)).exitCode).not.toBe(0)
  })
})
