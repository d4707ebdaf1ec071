/** What is under way when the gateway is stopped comes to its end; what kills it takes no line of what has left. */
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Command, fedgate as startCommand } from '../harness/command.ts'
import { formWith, HttpBrowser, type Page } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { auditLines, type Keys, reserveGateway, startConfiguredGateway, writeConfig } from '../harness/test-gateway.ts'
import { answerOf, createTestIdp, type TestIdp } from '../harness/test-idp.ts'

const ROLE = 'arn:aws:iam::111122223333:role/Developer'

let idp: TestIdp
let folder: string
beforeAll(async () => {
  idp = await createTestIdp('corp')
  folder = await mkdtemp(join(tmpdir(), 'fedgate-audit-'))
})
afterAll(() => rm(folder, { recursive: true }))

const keys = (more: Keys): Keys => ({
  providers: [{ id: 'corp', protocol: 'saml', metadata: './corp.xml' }],
  access: [{ when: { provider: 'corp', groups: 'dev' }, roles: [ROLE] }],
  ...more,
})

const signIn = async (browser: HttpBrowser, url: string): Promise<Page> => {
  const says = { subject: 'alice', attributes: { groups: ['dev'] } }
  return postAnswer(browser, await answerOf(idp, browser, url, 'corp', says))
}

const credentials = `<AssumeRoleWithSAMLResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithSAMLResult>
<Credentials><AccessKeyId>ASIASLOWLYBUTSURELY0</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2036-11-22T13:00:00Z</Expiration></Credentials></AssumeRoleWithSAMLResult></AssumeRoleWithSAMLResponse>`

it('an exchange that is under way when the gateway is stopped still gives its credentials, and has its line', async () => {
  const waiting: ServerResponse[] = []
  const sts = createServer((_request, response) => waiting.push(response))
  await once(sts.listen(0, '127.0.0.1'), 'listening')
  const endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`
  const url = await reserveGateway()
  const key = idp.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const files = { 'corp.xml': idp.metadata, 'signing.key': key, 'signing.crt': idp.keys.certificate }
  const signing = { key: './signing.key', certificate: './signing.crt' }
  const gateway = await startConfiguredGateway(url, keys({ sts: { endpoint, timeout: '20s' }, signing }), { files })
  const browser = new HttpBrowser()
  const page = await signIn(browser, url)
  const taking = browser.submit(page, formWith(page, 'role'))
  await once(sts, 'request')
  const closing = gateway.close()
  // Longer than any grace that does not know how long STS may take.
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  waiting[0]?.writeHead(200, { 'Content-Type': 'text/xml' }).end(credentials)
  expect((await taking).body).toContain('ASIASLOWLYBUTSURELY0')
  await closing
  expect(gateway.audit().at(-1)).toMatchObject({ eventName: 'exchange' })
  sts.closeAllConnections()
  sts.close()
})

describe('fedgate serve', { timeout: 120_000 }, () => {
  const running = new Set<Command>()
  afterEach(async () => {
    for (const command of running) {
      command.process.kill('SIGKILL')
      await command.ended
    }
    running.clear()
  })

  const serve = async (more: Keys) => {
    const url = await reserveGateway()
    const config = await writeConfig(url, keys(more), { files: { 'corp.xml': idp.metadata } })
    const command = startCommand(['serve', '--config', config.file])
    running.add(command)
    return { url, command, config }
  }

  it.each([
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
    ['SIGINT', 'SIGINT', 130],
  ] as const)('waits at %s for a request under way, and at %s then for nothing', async (first, second, outcome) => {
    const { url, command, config } = await serve({})
    await command.said('the local AWS listens on')
    const { port } = new URL(url)
    const request = connect(Number(port), '127.0.0.1')
    request.on('error', () => undefined)
    // A form whose end does not come.
    request.write(
      'POST /saml/corp/acs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n',
    )
    request.write('Content-Length: 100\r\n\r\nSAMLResponse=')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const signalledAt = performance.now()
    command.process.kill(first)
    while (
      await fetch(`${url}/healthz`).then(
        () => true,
        () => false,
      )
    )
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect(command.process.exitCode).toBeNull()
    expect(command.process.signalCode).toBeNull()
    // The same signal at once counts as one: npm passes on what a terminal has sent already.
    await new Promise((resolve) => setTimeout(resolve, 400))
    command.process.kill(second)
    expect(await command.ended).toBe(outcome)
    // Otherwise the request would have been waited for.
    expect(performance.now() - signalledAt).toBeLessThan(8_000)
    request.destroy()
    await rm(config.folder, { recursive: true })
  })

  it('ends with 1 and a sentence that names the file where the folder of the audit log is missing', async () => {
    const { command, config } = await serve({ audit: { file: './no-such-folder/audit.jsonl' } })
    expect(await command.ended).toBe(1)
    expect(command.stderr()).toMatch(/The audit log \S+no-such-folder\/audit\.jsonl cannot be written: ENOENT/)
    expect(command.stderr()).not.toMatch(/\n\s+at /)
    await rm(config.folder, { recursive: true })
  })

  it('a gateway that is killed has the line of all credentials that have left it', async () => {
    const file = join(folder, 'killed.jsonl')
    const { url, command, config } = await serve({ audit: { file } })
    await command.said('the local AWS listens on')
    const browser = new HttpBrowser()
    const page = await signIn(browser, url)
    const form = formWith(page, 'role')
    const given: string[] = []
    const takeOn = async (): Promise<void> => {
      for (;;) given.push(/ASIA[A-Z2-7]{16}/.exec((await browser.submit(page, form)).body)?.[0] ?? 'none')
    }
    const taking = Promise.allSettled([takeOn(), takeOn(), takeOn()])
    while (given.length < 5) await new Promise((resolve) => setTimeout(resolve, 10))
    command.process.kill('SIGKILL')
    await Promise.all([taking, command.ended])
    const text = await readFile(file, 'utf8')
    const whole = auditLines(text.slice(0, text.lastIndexOf('\n')))
    const recorded = new Set(
      whole.map(({ responseElements }) => (responseElements as { accessKeyId?: string })?.accessKeyId),
    )
    expect(given.filter((accessKeyId) => !recorded.has(accessKeyId))).toEqual([])
    await rm(config.folder, { recursive: true })
  })
})
