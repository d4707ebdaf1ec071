import { sameText } from '../core/ids.ts'
import { type Check, failed, type Observe, passed, runChecks, throwFirstFailure } from '../core/verdict.ts'
import { cut, OidcError, type OidcErrorCode } from './errors.ts'

/** What the callback of this login at this provider must contain. */
export interface ExpectedCallback {
  readonly state: string
  readonly issuer: string
  /** The metadata's `authorization_response_iss_parameter_supported`. RFC 9207 3 */
  readonly issuerIsPromised: boolean
}

type CallbackCheck = Check<URLSearchParams, ExpectedCallback>

/** RFC 6749 3.1: a repeated parameter is ambiguous. */
export const parametersComeOnce: Check<URLSearchParams, unknown> = (parameters) => {
  const repeated = [...parameters.keys()].find((name) => parameters.getAll(name).length > 1)
  return repeated === undefined ? passed() : failed('once', 'more than once', cut(repeated))
}

/** RFC 6749 10.12. The expected value is a secret of this login and is not logged. */
const stateIsOurs: CallbackCheck = (parameters, { state }) =>
  sameText(parameters.get('state') ?? '', state)
    ? passed()
    : failed('the state of this sign-in', presence(parameters.get('state')), 'state')

/** RFC 9207 2.4: a provider that promises the iss parameter must send it. */
const issuerIsThere: CallbackCheck = (parameters, { issuer, issuerIsPromised }) =>
  parameters.has('iss') || !issuerIsPromised ? passed() : failed(issuer, 'nothing', 'iss')

/** RFC 9207 2.4, against mix-up (RFC 9700 4.4): must be equal whenever it is present. */
const issuerIsTheProvider: CallbackCheck = (parameters, { issuer }) => {
  const iss = parameters.get('iss')
  return iss === null || iss === issuer ? passed() : failed(issuer, cut(iss), 'iss')
}

/** Parameters of other flows: a code next to tokens may have been injected. Core 3 */
const FOREIGN = ['response', 'id_token', 'token', 'access_token']

const answersByCode: CallbackCheck = (parameters) => {
  const foreign = FOREIGN.find((name) => parameters.has(name))
  return foreign === undefined ? passed() : failed('a code alone', foreign, 'callback')
}

/** Run before the code is redeemed. */
export const callbackChecks = { parametersComeOnce, stateIsOurs, issuerIsThere, issuerIsTheProvider, answersByCode }

const codes: Readonly<Record<keyof typeof callbackChecks, OidcErrorCode>> = {
  parametersComeOnce: 'oidc.parameter_repeated',
  stateIsOurs: 'oidc.state_mismatch',
  issuerIsThere: 'oidc.callback_issuer_missing',
  issuerIsTheProvider: 'oidc.callback_issuer_mismatch',
  answersByCode: 'oidc.token_answer_invalid',
}

/**
 * Parameters that programs read, with the largest number of characters that a provider may need: longer ones are
 * refused.
 */
const LONGEST: ReadonlyMap<string, number> = new Map([
  ['code', 4096],
  ['state', 80],
  ['iss', 1024],
  ['error', 200],
])

/** Parameters that are only logged, or only refused when present: longer ones are cut. */
const CUT_AFTER: ReadonlyMap<string, number> = new Map([
  ['error_description', 1000],
  ['response', 1],
  ['id_token', 1],
])

/** RFC 6749 4.1.2.1 and, for what `prompt=none` cannot do, Core 3.1.2.6. */
const REFUSALS: ReadonlyMap<string, OidcErrorCode> = new Map([
  ['access_denied', 'oidc.access_denied'],
  ['login_required', 'oidc.interaction_required'],
  ['interaction_required', 'oidc.interaction_required'],
  ['account_selection_required', 'oidc.interaction_required'],
  ['consent_required', 'oidc.interaction_required'],
])

/**
 * The code of a callback that answers this login. Throws OidcError for any other callback, including an error from the
 * provider.
 */
export function checkCallback(
  parameters: URLSearchParams,
  expected: ExpectedCallback,
  observe: Observe = () => {},
): string {
  const verdict = runChecks(callbackChecks, parameters, expected)
  observe(verdict)
  throwFirstFailure(verdict, codes, (code, failure) => new OidcError(code, failure, verdict))
  const error = parameters.get('error')
  if (error !== null) throw providerRefusal(error, parameters.get('error_description'))
  const code = parameters.get('code')
  if (!code) throw new OidcError('oidc.code_missing', { expected: 'a code', found: 'none' })
  return code
}

// Anyone can write these two into a link: they go to the log, cut, and never to the page.
function providerRefusal(error: string, description: string | null): OidcError {
  const code = REFUSALS.get(error) ?? 'oidc.provider_refused'
  const found = cut(description === null ? error : `${error}: ${description}`)
  return new OidcError(code, { expected: 'a code', found, source: 'error' })
}

/**
 * What is stored of a form until the browser fetches it: the parameters that are used here, each limited in length.
 * Anyone can send such a form. If a parameter is repeated, only that one is stored, to be refused. Throws OidcError
 * `oidc.parameter_too_long`.
 */
export function parametersToPark(parameters: URLSearchParams): URLSearchParams {
  const { outcome, source: repeated = '' } = parametersComeOnce(parameters, undefined)
  const known = parametersLookedAt(parameters)
  if (outcome === 'pass') return known
  const twice = [repeated, repeated].map((name) => [name, ''])
  return new URLSearchParams([['state', known.get('state') ?? ''], ...twice])
}

/** Each cut to the length that is used. */
function parametersLookedAt(parameters: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams()
  for (const [name, value] of parameters) {
    const longest = LONGEST.get(name)
    if (longest !== undefined && value.length > longest)
      throw new OidcError('oidc.parameter_too_long', {
        expected: `at most ${longest} characters`,
        found: String(value.length),
        source: name,
      })
    const cutAfter = longest ?? CUT_AFTER.get(name)
    if (cutAfter !== undefined) kept.append(name, value.slice(0, cutAfter))
  }
  return kept
}

function presence(value: string | null): string {
  return value === null ? 'nothing' : 'another one'
}
