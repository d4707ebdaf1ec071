/** The authorization server as an independent client sees it: openid-client, by the standards alone. */
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT, decide, machineKey, post, proofOf, REDIRECT, sendDecision } from '../harness/command-line.ts'
import { type CommandLineGateway, startCommandLineGateway } from '../harness/command-line-gateway.ts'
import { formWith, type HttpBrowser } from '../harness/http-browser.ts'
import { holds } from '../held/holds.ts'

let gateway: CommandLineGateway
let config: client.Configuration
let alice: HttpBrowser
beforeAll(async () => {
  gateway = await startCommandLineGateway()
  alice = await gateway.signIn('alice')
  config = await client.discovery(new URL(`${gateway.url}/oauth`), CLIENT, undefined, client.None(), {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  })
})
afterAll(() => gateway.close())

const codeFor = async (verifier: string): Promise<URL> => {
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'aws offline_access',
    state: 'a state',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return decide(alice, address.href)
}

describe('openid-client', holds('10.10'), () => {
  it('signs in with a code, calls the API, refreshes and revokes, all bound to its key', async () => {
    const keys = await client.randomDPoPKeyPair('ES256', { extractable: true })
    const DPoP = client.getDPoPHandle(config, keys)
    const verifier = client.randomPKCECodeVerifier()
    const checks = { pkceCodeVerifier: verifier, expectedState: 'a state' }
    const tokens = await client.authorizationCodeGrant(config, await codeFor(verifier), checks, {}, { DPoP })
    expect(tokens.token_type).toBe('dpop')
    const session = new URL(`${gateway.url}/api/session`)
    const ask = (token: string) =>
      client.fetchProtectedResource(config, token, session, 'GET', null, undefined, { DPoP })
    expect(await (await ask(tokens.access_token)).json()).toMatchObject({ subject: 'alice' })
    const next = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', {}, { DPoP })
    expect((await ask(next.access_token)).status).toBe(200)
    await client.tokenRevocation(config, next.refresh_token ?? '')
    await expect(ask(next.access_token)).rejects.toMatchObject({ status: 401 })
    await expect(client.refreshTokenGrant(config, next.refresh_token ?? '', {}, { DPoP })).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('signs in with a device code', async () => {
    const asked = await client.initiateDeviceAuthorization(config, { scope: 'aws offline_access' })
    const page = await alice.open(asked.verification_uri_complete ?? '')
    await sendDecision(alice, await alice.submit(page, formWith(page, 'user_code')), 'allow')
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...asked, interval: 0.1 })
    expect(tokens.refresh_token).toMatch(/^[\w-]{43}$/)
  })
})

describe('A machine whose clock is wrong', () => {
  it('gets a nonce for its proof, and tokens with it', holds('10.10'), async () => {
    const [key, verifier] = [await machineKey(), client.randomPKCECodeVerifier()]
    const code = (await codeFor(verifier)).searchParams.get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: REDIRECT }
    const url = `${gateway.url}/oauth/token`
    const iat = Math.floor(Date.now() / 1000) - 3600
    const asked = await post(url, fields, key, await proofOf(key, { method: 'POST', url, claims: { iat } }))
    expect(asked).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce', code: 'oauth.proof_nonce' } })
    const nonce = asked.headers.get('dpop-nonce')
    const proof = await proofOf(key, { method: 'POST', url, claims: { iat, nonce } })
    expect(await post(url, fields, key, proof)).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
  })
})
