/** What the assertion consumer service, the audit line and `fedgate check --response` say of one response is the same. */

import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningGateway, startGateway } from '../../src/cli/gateway-server.ts'
import { lineLog } from '../../src/cli/line-log.ts'
import { readConfig } from '../../src/cli/load-config.ts'
import type { Finding } from '../../src/core/verdict.ts'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { postAnswer } from '../harness/sign-in.ts'
import { auditLines, reserveGateway, type WrittenConfig, writeConfig } from '../harness/test-gateway.ts'
import { answerTo, createTestIdp, requestOn, type Says, type TestIdp } from '../harness/test-idp.ts'
import { PROGRAM } from '../setup/built.ts'

const alice: Says = { subject: 'alice', attributes: { groups: ['aws-dev'] } }

interface Shown {
  readonly subjects: readonly { readonly code?: string; readonly checks: readonly Finding[] }[]
}

describe('the verdict on a response', () => {
  let [url, audit] = ['', '']
  let idp: TestIdp
  let config: WrittenConfig
  let gateway: RunningGateway

  beforeAll(async () => {
    url = await reserveGateway()
    idp = await createTestIdp('corp')
    const corp = { id: 'corp', protocol: 'saml', metadata: './corp.xml' }
    config = await writeConfig(url, { providers: [corp] }, { files: { 'corp.xml': idp.metadata } })
    const stdout = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        audit += chunk
        done()
      },
    })
    gateway = await startGateway(await readConfig(config.file, {}), {
      stdout,
      log: lineLog(() => {}),
      now: () => new Date(),
    })
  })
  afterAll(async () => {
    await gateway.close()
    await rm(config.folder, { recursive: true })
  })

  const fedgateCheck = async (file: string, request: string): Promise<Shown> => {
    const which = ['--config', config.file, '--response', file, '--provider', 'corp', '--in-response-to', request]
    const words = [PROGRAM, 'check', '--json', ...which]
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, words, (_refused, stdout, stderr) => resolve({ stdout, stderr }))
    })
    expect(stderr).toMatch(/checks? failed\.\n$/)
    return JSON.parse(stdout)
  }

  const same = (base64: string): string => base64
  const withOtherGroup = (base64: string): string =>
    Buffer.from(Buffer.from(base64, 'base64').toString().replace('aws-dev', 'aws-ops')).toString('base64')

  it.each([
    ['for another service', { audience: 'https://other.example' }, same, 'saml.audience_mismatch'],
    ['for another address', { recipient: 'https://other.example/acs' }, same, 'saml.destination_mismatch'],
    ['changed after it was signed', {}, withOtherGroup, 'saml.signature_digest'],
  ])('%s is the same everywhere', async (_what, over, change, code) => {
    const browser = new HttpBrowser()
    const stopBefore = new RegExp(`^${idp.ssoUrl}`)
    const request = requestOn(await browser.open(`${url}/login/corp`, { stopBefore }))
    const answer = await answerTo(idp, request, { ...alice, ...over })
    const SAMLResponse = change(answer.SAMLResponse)
    const file = join(config.folder, 'response.txt')
    await writeFile(file, SAMLResponse)

    const page = await postAnswer(browser, { ...answer, SAMLResponse })
    const line = auditLines(audit).at(-1)
    const { subjects } = await fedgateCheck(file, request.id)

    expect(refusalIn(page.body).code).toBe(code)
    expect(line).toMatchObject({ eventName: 'login.refused', errorCode: code })
    expect(subjects).toMatchObject([{ code }])
    const failed = (subjects[0]?.checks ?? []).filter(({ outcome }) => outcome === 'fail')
    expect(failed.length).toBeGreaterThan(0)
    // The line has the values of what decided once.
    const { expected, found, source } = failed[0] ?? {}
    expect(line).toMatchObject({ expected, found, source })
    const [first, ...others] = failed
    expect(line?.findings).toEqual([{ name: first?.name, outcome: 'fail' }, ...others])
  })
})
