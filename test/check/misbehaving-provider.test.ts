/** An OpenID provider that fails, asked over HTTP: one line says what is wrong. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkOpenIdProvider } from '../../src/check/openid-provider.ts'
import { ask } from '../../src/cli/http-client.ts'
import { verdictsLines } from '../../src/core/render-verdict.ts'
import { startTamperingProvider, type Tampering, type TamperingProvider } from '../oidc/tampering-provider.ts'
import { configWith, portsOf } from './check-fixtures.ts'

let provider: TamperingProvider
beforeAll(async () => {
  provider = await startTamperingProvider()
})
afterAll(() => provider.close())

const failingLines = async (tampering: Tampering, settings = ''): Promise<readonly string[]> => {
  provider.behave(tampering)
  const configured = configWith(
    'issuer: https://op.example.com',
    `issuer: ${provider.issuer}\n    allowInsecureHttp: true${settings}`,
  ).providers.find((one) => one.protocol === 'oidc')
  if (configured?.protocol !== 'oidc') throw new Error('no OpenID provider')
  const verdict = await checkOpenIdProvider(configured, { ...portsOf(), now: () => new Date(), ask })
  const failed = verdict.filter(({ outcome }) => outcome === 'fail')
  const lines = verdictsLines([{ subject: 'provider op', verdict: failed }], (_, text) => text)
  return lines.filter((line) => /\S/.test(line) && line.trim() !== 'provider op')
}

const answering = (status: number, text: string, headers: Record<string, string> = {}): Tampering => ({
  discovery: {
    answer: (_, response) => {
      response.writeHead(status, headers)
      response.end(text)
    },
  },
})

it('the table of answers has no line for a provider that behaves well', async () => {
  expect(await failingLines({})).toEqual([])
})

it.each([
  ['answers 500', answering(500, 'no'), '', 'HTTP 500'],
  ['answers with a page', answering(200, '<html>'), '', 'no JSON object'],
  ['redirects', answering(302, '', { location: 'http://127.0.0.1:1/' }), '', 'HTTP 302'],
  ['answers without end', answering(200, `"${'x'.repeat(2_000_000)}"`), '', 'more than 1048576 bytes'],
  ['is another issuer', { discovery: (one) => ({ ...one, issuer: 'https://evil.example' }) }, '', 'evil.example'],
  ['has no token endpoint', { discovery: (one) => ({ ...one, token_endpoint: undefined }) }, '', 'token_endpoint'],
  [
    'sends people over http',
    { discovery: (one) => ({ ...one, authorization_endpoint: 'http://op.example/authorize' }) },
    '',
    'http://op.example/authorize',
  ],
  [
    'signs with nothing that is allowed',
    { discovery: (one) => ({ ...one, id_token_signing_alg_values_supported: ['none', 'HS256'] }) },
    '',
    'id_token_signing_alg_values_supported',
  ],
  [
    'signs with nothing that AWS takes',
    { discovery: (one) => ({ ...one, id_token_signing_alg_values_supported: ['PS256', 'EdDSA'] }) },
    '',
    'PS256 EdDSA',
  ],
  [
    'has no pushed requests where they are wanted',
    { discovery: (one) => ({ ...one, pushed_authorization_request_endpoint: undefined }) },
    '\n    par: always',
    'pushed_authorization_request_endpoint',
  ],
  ['publishes no keys', { keySet: () => ({ keys: [] }) }, '', 'none'],
  ['publishes a page for keys', { keySet: { answer: (_, response) => response.end('<html>') } }, '', 'no JSON object'],
] satisfies readonly [string, Tampering, string, string][])(
  'says in one line that it %s',
  async (_, tampering, settings, reason) => {
    const lines = await failingLines(tampering, settings)
    expect(lines).toEqual([expect.stringContaining(reason)])
  },
)
