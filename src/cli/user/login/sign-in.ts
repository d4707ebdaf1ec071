/** From nothing to tokens: through the browser on this machine, or with a code on another. */
import { createHash } from 'node:crypto'
import { hostname, type as systemName } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { newToken } from '../../../core/ids.ts'
import { UserError } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { plain } from '../output.ts'
import {
  type AuthorizationServer,
  CLIENT_ID,
  requestTokens,
  SCOPE,
  type TokenError,
} from '../session/authorization-server.ts'
import { newKey } from '../session/dpop.ts'
import { jsonOf, send } from '../session/http.ts'
import type { Tokens } from '../session/vault.ts'
import { openBrowser } from './browser.ts'
import { openLoopback } from './loopback.ts'
import { waiting } from './waiting.ts'

const BROWSER_WAIT_MS = 5 * 60_000

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/**
 * Through the browser: authorization code with PKCE on a loopback redirect. `role`: what the sign-in is for, so that the
 * gateway asks for a newer one where that role needs it. RFC 8252. Throws UserError.
 */
export async function signInWithBrowser(
  machine: Machine,
  server: AuthorizationServer,
  role: string | undefined,
): Promise<Tokens> {
  const loopback = await openLoopback()
  try {
    const [state, verifier] = [newToken(), newToken() + newToken()]
    const { redirectUri } = loopback
    const url = new URL(server.authorizationEndpoint)
    url.search = new URLSearchParams({
      client_id: CLIENT_ID,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: SCOPE,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      device_name: deviceName(),
      ...(role !== undefined && { role }),
    }).toString()
    const expected = { state, ...(server.namesItself && { issuer: server.issuer }) }
    const back = loopback.returned(expected, BROWSER_WAIT_MS)
    await showUrl(machine, url.href)
    const answer = await waiting(machine, 'Waiting for the browser', () => back)
    if ('error' in answer) throw refused(answer.error)
    const grant = {
      grant_type: 'authorization_code',
      code: answer.code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }
    return tokensOf(await requestTokens(server, grant, keyFor(server), machine.now))
  } finally {
    loopback.close()
  }
}

async function showUrl(machine: Machine, url: string): Promise<void> {
  const { note } = machine.output
  note(`Sign in with your browser at:\n${url}`)
  if (await openBrowser(machine, url)) return
  note('No browser was opened. Open the URL on this machine yourself, or run `fedgate login --device`.')
}

/** With a code that the user enters in a browser anywhere. RFC 8628. Throws UserError. */
export async function signInWithDevice(
  machine: Machine,
  server: AuthorizationServer,
  role: string | undefined,
): Promise<Tokens> {
  if (server.deviceEndpoint === undefined) throw new UserError('cli.device_unsupported')
  const asks = { client_id: CLIENT_ID, scope: SCOPE, device_name: deviceName(), ...(role !== undefined && { role }) }
  const body = new URLSearchParams(asks)
  const response = await send(server.deviceEndpoint, { method: 'POST', body })
  const asked = jsonOf(response)
  const { device_code, user_code, verification_uri, verification_uri_complete } = asked
  if (response.status !== 200) throw refused(String(asked.error))
  if (typeof device_code !== 'string' || typeof user_code !== 'string' || typeof verification_uri !== 'string')
    throw new UserError('cli.login_answer_invalid')
  const { note, style } = machine.output
  note(`On any device, open ${plain(verification_uri)}\nand enter this code: ${style.bold(plain(user_code))}`)
  if (typeof verification_uri_complete === 'string') note(`Or open ${plain(verification_uri_complete)}`)
  note('Continue only if you see the same code there.')
  const interval = typeof asked.interval === 'number' ? asked.interval : 5
  const lifetime = typeof asked.expires_in === 'number' ? asked.expires_in : 300
  return waiting(machine, 'Waiting for your approval', () => poll(machine, server, device_code, interval, lifetime))
}

/** Asks until the user has decided. RFC 8628 3.5 */
async function poll(
  machine: Machine,
  server: AuthorizationServer,
  code: string,
  intervalSeconds: number,
  lifetimeSeconds: number,
): Promise<Tokens> {
  const key = keyFor(server)
  const giveUpAt = machine.now() + lifetimeSeconds * 1000
  let interval = intervalSeconds
  while (machine.now() < giveUpAt) {
    await sleep(interval * 1000)
    const answer = await requestTokens(server, { grant_type: DEVICE_GRANT, device_code: code }, key, machine.now)
    if (!('error' in answer)) return answer
    if (answer.error === 'slow_down') interval += 5
    else if (answer.error !== 'authorization_pending') throw refused(answer.error)
  }
  throw new UserError('cli.login_timeout')
}

function keyFor({ bindsTokens }: AuthorizationServer) {
  return bindsTokens ? newKey() : undefined
}

function tokensOf(answer: Tokens | TokenError): Tokens {
  if ('error' in answer) throw refused(answer.error)
  return answer
}

function refused(error: string): UserError {
  if (error === 'expired_token') return new UserError('cli.login_timeout', { sentence: 'The code has expired.' })
  if (error === 'access_denied') return new UserError('cli.login_refused')
  return new UserError('cli.login_refused', {
    sentence: `The gateway refused the sign-in (${plain(error.slice(0, 100))}).`,
    hint: 'Run `fedgate login` again. If this keeps happening, tell your administrator.',
  })
}

/** What the consent page and the list of devices show. */
function deviceName(): string {
  return `${hostname()} (${systemName()})`.slice(0, 100)
}
