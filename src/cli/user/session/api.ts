/** The gateway's API for its command line, and what its refusals mean for the user. */
import { UserError } from '../errors.ts'
import { plain } from '../output.ts'
import { proof } from './dpop.ts'
import { type HttpResponse, jsonOf, send } from './http.ts'
import { type Session, sessionEnded } from './session.ts'
import type { Tokens } from './vault.ts'

export type ApiRequest =
  | { readonly method: 'GET'; readonly path: string }
  | { readonly method: 'POST'; readonly path: string; readonly body: Readonly<Record<string, unknown>> }

/**
 * The answer's JSON object. `now`: milliseconds since 1970. Throws UserError: not signed in, refused by the gateway or
 * by AWS, unreachable.
 */
export async function callApi(
  session: Session,
  request: ApiRequest,
  now: () => number,
): Promise<Readonly<Record<string, unknown>>> {
  let tokens = await session.tokens()
  let response = await sendAs(session, tokens, request, now)
  if (response.status === 401) {
    // The gateway may have forgotten an access token that is not old.
    tokens = await session.tokens(tokens.accessToken)
    response = await sendAs(session, tokens, request, now)
  }
  if (response.status >= 200 && response.status < 300) return jsonOf(response)
  if (response.status === 401 && isProofRefused(response)) throw new UserError('cli.proof_refused')
  if (response.status === 401) {
    await session.forget(tokens)
    throw sessionEnded(session.gateway)
  }
  throw refusal(response, session.gateway, request)
}

function isProofRefused({ headers }: HttpResponse): boolean {
  return /invalid_dpop_proof/.test(headers.get('www-authenticate') ?? '')
}

/** Once more with a nonce where the gateway asks for one. RFC 9449 9 */
async function sendAs(
  { gateway }: Session,
  tokens: Tokens,
  request: ApiRequest,
  now: () => number,
): Promise<HttpResponse> {
  const url = `${gateway}${request.path}`
  const ask = (nonce?: string): Promise<HttpResponse> =>
    send(url, {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...authorization(tokens, url, request.method, nonce, now()),
        ...(request.method === 'POST' && { 'content-type': 'application/json' }),
      },
      ...(request.method === 'POST' && { body: JSON.stringify(request.body) }),
    })
  const response = await ask()
  const nonce = response.headers.get('dpop-nonce')
  const isAskedFor = /use_dpop_nonce/.test(response.headers.get('www-authenticate') ?? '')
  return response.status === 401 && nonce !== null && isAskedFor ? ask(nonce) : response
}

function authorization(
  { accessToken, key }: Tokens,
  url: string,
  method: string,
  nonce: string | undefined,
  now: number,
): Record<string, string> {
  if (key === undefined) return { authorization: `Bearer ${accessToken}` }
  const dpop = proof(key, { method, url, accessToken, ...(nonce && { nonce }) }, now)
  return { authorization: `DPoP ${accessToken}`, dpop }
}

/** The gateway's own sentence and hint, with the exit code that scripts rely on. RFC 9457 */
function refusal(response: HttpResponse, gateway: string, request: ApiRequest): UserError {
  const { status } = response
  const problem = jsonOf(response)
  const text = (name: string): string => (typeof problem[name] === 'string' ? plain(problem[name]) : '')
  const [code, sentence, hint, reference] = [text('code'), text('title'), text('hint'), text('reference')]
  const role = request.method === 'POST' && typeof request.body.role === 'string' ? request.body.role : ''
  if (status === 409) return evidenceStale(gateway, role, code)
  const detail = {
    ...(sentence !== '' && { sentence }),
    ...(hint !== '' && { hint: reference === '' ? hint : `${hint} Reference: ${reference}` }),
    found: code === '' ? String(status) : code,
  }
  if (code === 'sts.unreachable') return new UserError('cli.unreachable', detail)
  if (code.startsWith('sts.')) return new UserError('cli.aws_refused', detail)
  return new UserError(status >= 500 ? 'cli.gateway_failed' : 'cli.refused', detail)
}

/** What AWS or the role asks for is a newer sign-in, or another way of signing in, which takes a browser. */
function evidenceStale(gateway: string, role: string, code: string): UserError {
  const named = role === '' ? 'this role' : role
  return new UserError('cli.evidence_stale', {
    sentence:
      code === 'role.authn_context_required'
        ? `${role === '' ? 'This role' : role} requires a stronger way of signing in than you used at ${gateway}.`
        : `Your sign-in at ${gateway} is too old for ${named}.`,
    hint: `Run \`fedgate login --gateway ${gateway}${role === '' ? '' : ` --role ${role}`}\`.`,
  })
}
