/** Rules about the deployment: addresses, secrets, durations, files. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { parseDuration } from '../../core/duration.ts'
import { isSafeUrl, parseWebUrl } from '../address.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import type { Rule, RuleContext } from '../partial-config.ts'

const SECRET_LENGTH = 32

const baseUrlIsAnOrigin: Rule = ({ baseUrl }) => {
  if (baseUrl === undefined) return []
  const url = parseWebUrl(baseUrl)
  const issue = { path: ['baseUrl'], found: showValue(baseUrl) }
  if (!url || !isSafeUrl(url)) return [{ ...issue, expected: 'an https origin, or an http one on loopback' }]
  return url.pathname === '/' && !/[?#]/.test(baseUrl)
    ? []
    : [{ ...issue, expected: 'an origin without a path', suggestion: url.origin }]
}

const sessionSecretsAreLong: Rule = ({ session }) => {
  const secrets = session?.secret ?? []
  return [secrets].flat().flatMap((secret, index) =>
    secret.length >= SECRET_LENGTH
      ? []
      : [
          {
            path: ['session', 'secret', ...(typeof secrets === 'string' ? [] : [index])],
            expected: `${SECRET_LENGTH} characters or more`,
            found: `${secret.length} characters`,
          },
        ],
  )
}

const sessionTimesFit: Rule = ({ session }) => {
  if (!session) return []
  const outside = [
    ...durationWithin(['session', 'idle'], session.idle, '1m', '7d'),
    ...durationWithin(['session', 'lifetime'], session.lifetime, '1m', '7d'),
  ]
  const [idle = 0, lifetime = 0] = [parseDuration(session.idle), parseDuration(session.lifetime)]
  if (outside.length > 0 || idle <= lifetime) return outside
  return [
    {
      path: ['session', 'idle'],
      expected: `at most the lifetime of ${session.lifetime}`,
      found: showValue(session.idle),
    },
  ]
}

const stsIsReachedSafely: Rule = ({ sts }) => {
  if (!sts) return []
  const urls = [['endpoint', sts.endpoint] as const, ['signIn', sts.signIn ?? ''] as const]
  return [
    ...urls.flatMap(([key, value]) => (/^https?:/.test(value) ? safeUrl(['sts', key], value) : [])),
    ...durationWithin(['sts', 'timeout'], sts.timeout, '1s', '60s'),
  ]
}

const signInIsThere: Rule = ({ sts }) =>
  sts?.signIn === 'local' && sts.endpoint !== 'local'
    ? [
        {
          path: ['sts', 'signIn'],
          expected: 'aws or a URL, as the local AWS runs only with sts.endpoint: local',
          found: 'local',
        },
      ]
    : []

const portsDiffer: Rule = ({ listen, sts, localAws }) =>
  sts?.endpoint === 'local' && listen && localAws?.listen?.port === listen.port && listen.port !== 0
    ? [
        {
          path: ['localAws', 'listen', 'port'],
          expected: "another port than the gateway's",
          found: String(listen.port),
        },
      ]
    : []

const metricsPortDiffers: Rule = ({ listen, metrics }) =>
  metrics?.listen !== undefined && metrics.listen.port === listen?.port && listen.port !== 0
    ? [
        {
          path: ['metrics', 'listen', 'port'],
          expected: "another port than the gateway's",
          found: String(listen.port),
        },
      ]
    : []

/** Over plain http, no browser would ever reach a gateway that serves https. */
const tlsHasHttpsAddress: Rule = ({ listen, baseUrl }) =>
  listen?.tls && baseUrl !== undefined && !baseUrl.startsWith('https:')
    ? [{ path: ['baseUrl'], expected: 'an https origin, as listen.tls is set', found: showValue(baseUrl) }]
    : []

const tlsKeyFits: Rule = ({ listen }, context) => {
  if (!listen?.tls) return []
  const { key, cert } = listen.tls
  const [keyPath, certPath] = [
    ['listen', 'tls', 'key'],
    ['listen', 'tls', 'cert'],
  ]
  const missing = [...readableFile(keyPath, key, context), ...readableFile(certPath, cert, context)]
  const [keyText, certText] = [context.readText(key), context.readText(cert)]
  // A command that runs elsewhere than the gateway may lack both files.
  if (missing.length > 0 || keyText === undefined || certText === undefined) return missing
  const privateKey = readPem(() => createPrivateKey(keyText))
  const certificate = readPem(() => new X509Certificate(certText))
  if (!privateKey)
    return [{ path: keyPath, expected: 'a PEM private key that is not encrypted', found: showValue(key) }]
  if (!certificate) return [{ path: certPath, expected: 'a PEM certificate', found: showValue(cert) }]
  if (certificate.checkPrivateKey(privateKey)) return []
  return [{ path: certPath, expected: `a certificate for the key ${showValue(key)}`, found: showValue(cert) }]
}

/** undefined if the text is something else. */
function readPem<Read>(read: () => Read): Read | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const filesAreReadable: Rule = ({ localAws }, context) =>
  localAws?.state === undefined ? [] : readableFile(['localAws', 'state'], localAws.state, context)

/** Only AWS itself has FIPS endpoints, and not in every region. */
const fipsEndpointsExist: Rule = ({ sts, accounts }, { aws }) => {
  if (!sts?.fips) return []
  if (sts.endpoint !== 'aws')
    return [{ path: ['sts', 'fips'], expected: 'false, as only sts.endpoint: aws has FIPS endpoints', found: 'true' }]
  const regions: readonly (readonly [Path, string | undefined])[] = [
    [['sts', 'region'], sts.region],
    ...Object.entries(accounts ?? {}).map(([id, { region }]) => [['accounts', id, 'region'], region] as const),
  ]
  return regions.flatMap(([path, region]) =>
    region === undefined || aws.hasFipsEndpoint(region)
      ? []
      : [{ path, expected: 'a region where STS has a FIPS endpoint, or sts.fips: false', found: showValue(region) }],
  )
}

const auditHasOneTarget: Rule = ({ audit }) =>
  audit?.file !== undefined && audit.syslog !== undefined
    ? [{ path: ['audit', 'syslog'], expected: 'either file or syslog', found: 'both' }]
    : []

export const deploymentRules = {
  baseUrlIsAnOrigin,
  sessionSecretsAreLong,
  sessionTimesFit,
  stsIsReachedSafely,
  signInIsThere,
  portsDiffer,
  metricsPortDiffers,
  auditHasOneTarget,
  tlsHasHttpsAddress,
  tlsKeyFits,
  filesAreReadable,
  fipsEndpointsExist,
} as const satisfies Readonly<Record<string, Rule>>

/** An issue if the duration is out of range. */
export function durationWithin(path: Path, text: string, min: string, max: string): readonly ConfigIssue[] {
  const seconds = parseDuration(text) ?? 0
  const fits = seconds >= (parseDuration(min) ?? 0) && seconds <= (parseDuration(max) ?? 0)
  return fits ? [] : [{ path, expected: `a duration from ${min} to ${max}`, found: showValue(text) }]
}

/** An issue unless the text is an https URL, or an http URL on loopback. */
export function safeUrl(path: Path, text: string): readonly ConfigIssue[] {
  const url = parseWebUrl(text)
  return url && isSafeUrl(url)
    ? []
    : [{ path, expected: 'an https URL (http on loopback only)', found: showValue(text) }]
}

/** An issue if the file cannot be read. */
export function readableFile(path: Path, file: string, context: RuleContext): readonly ConfigIssue[] {
  return context.isReadable(file) ? [] : [{ path, expected: 'a readable file', found: showValue(file) }]
}
