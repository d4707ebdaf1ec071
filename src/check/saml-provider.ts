/** Checks on a SAML identity provider: its metadata, its certificates, its clock. */
import { X509Certificate } from 'node:crypto'
import { partitions } from '../aws/facts/partitions.ts'
import type { SamlProviderConfig } from '../config/types.ts'
import type { FedgateError } from '../core/errors.ts'
import {
  type CheckResult,
  type CheckResults,
  type Checks,
  failed,
  notRun,
  passed,
  runChecks,
  type Verdict,
} from '../core/verdict.ts'
import type { SigningCertificate } from '../saml/metadata/signing-keys.ts'
import type { IdpMetadata } from '../saml/metadata.ts'
import type { MetadataStatus } from '../saml/metadata-status.ts'
import { unusableScopes } from '../saml/scopes.ts'
import { clockResult } from './clock.ts'
import { expiryResult } from './expiry.ts'
import type { CheckPorts, HttpAnswer } from './ports.ts'
import { samlPresetChecks } from './saml-preset.ts'

interface Provider {
  readonly settings: SamlProviderConfig
  readonly metadata: MetadataStatus
  /** The response of the metadata's URL, where it is fetched over HTTP. */
  readonly answer: HttpAnswer | undefined
  readonly now: Date
}

/** What must hold before metadata is used, in this order. */
const steps = [
  'metadataIsReachable',
  'metadataIsReadable',
  'metadataIsSigned',
  'entityIsFound',
  'metadataIsCurrent',
  'signingKeysAreUsable',
] as const
type Step = (typeof steps)[number]

const metadataIsReachable = stepCheck('metadataIsReachable', ({ metadata }) => passed(metadata.source))

/** Warns of scopes that are ignored; with discovery they are not read in advance. */
const metadataIsReadable = stepCheck('metadataIsReadable', ({ metadata: { idp } }) => {
  const unusable = unusableScopes(idp?.scopes ?? [])
  return unusable.length === 0
    ? passed()
    : { ...passed(), warning: `ignored, so they cover nothing: Scope ${unusable.join(', ')}` }
})

const metadataIsSigned = stepCheck('metadataIsSigned', ({ settings: { metadataCertificate, discovery } }) => {
  if (metadataCertificate !== undefined) return passed(`with the key of ${metadataCertificate}`)
  return discovery
    ? { ...passed('not looked at'), warning: "pin the federation's certificate as metadataCertificate" }
    : notRun('no metadataCertificate is configured')
})

const entityIsFound = stepCheck('entityIsFound', ({ metadata }) =>
  // Entities that cannot be used are not counted.
  passed(metadata.idp?.entityId ?? (metadata.from && `${metadata.identityProviders} identity providers`)),
)

export const samlProviderChecks = {
  metadataIsReachable,
  metadataIsReadable,
  metadataIsSigned,
  entityIsFound,
  lastGoodCopyServes,
  metadataIsCurrent,
  signingKeysAreUsable,
  signingCertificatesAreCurrent,
  signOnIsOffered,
  audienceSuitsAws,
  ...samlPresetChecks,
  clockAgrees,
} as const satisfies Checks<Provider>

/** Reads the provider's metadata as a login would, and checks what logins depend on. */
export async function checkSamlProvider(settings: SamlProviderConfig, ports: CheckPorts): Promise<Verdict> {
  const { metadata: source } = settings
  const [metadata, answer] = await Promise.all([
    ports.readMetadata(settings),
    source.kind === 'file' ? undefined : ports.ask(source.url, { method: 'HEAD' }).catch(() => undefined),
  ])
  return runChecks(samlProviderChecks, { settings, metadata, answer, now: ports.now() })
}

/** A step that passes, is the one that failed, or was not reached. */
function stepCheck(step: Step, found: (provider: Provider) => CheckResult) {
  return (provider: Provider): CheckResult => {
    const { problem, source } = provider.metadata
    if (!problem || isBefore(step, stepOf(problem))) return found(provider)
    return step === stepOf(problem) ? problemResult(problem, source) : notRun('the metadata cannot be used')
  }
}

function isBefore(step: Step, other: Step): boolean {
  return steps.indexOf(step) < steps.indexOf(other)
}

/** The step that a problem with metadata belongs to. */
function stepOf({ code }: FedgateError): Step {
  if (code.startsWith('provider.')) return 'metadataIsReachable'
  if (/^saml\.metadata_(expired|older|endless|valid_too_long)$/.test(code)) return 'metadataIsCurrent'
  if (/^saml\.(metadata_unsigned$|signature_)/.test(code)) return 'metadataIsSigned'
  if (/^saml\.metadata_(no_certificate|certificate|keys_unfit)$/.test(code)) return 'signingKeysAreUsable'
  return /^saml\.metadata_(not_idp|ambiguous)$/.test(code) ? 'entityIsFound' : 'metadataIsReadable'
}

function problemResult(
  { code, expected = 'metadata that can be used', found, source, message }: FedgateError,
  place: string,
) {
  // Products answer with a page of theirs where SAML is not switched on yet.
  const what = code === 'saml.doctype' ? 'a document with a DOCTYPE, such as a web page' : message
  return failed(expected, found ?? what, source ?? place)
}

/** The source is unreachable or invalid, but users can still sign in. */
function lastGoodCopyServes({ metadata: { fetchedAt, problem }, now, settings }: Provider): CheckResults {
  if (!problem || settings.metadata.kind === 'file') return []
  if (!fetchedAt) return failed('a last good copy', 'none', 'state/')
  const hours = Math.floor((now.getTime() - fetchedAt.getTime()) / 3_600_000)
  return passed(`${hours} h old, of ${fetchedAt.toISOString()}`)
}

function metadataIsCurrent({ metadata, now }: Provider): CheckResult {
  const { validUntil, from, problem } = metadata
  const failing = problem && stepOf(problem)
  if (problem && failing === 'metadataIsCurrent') return problemResult(problem, metadata.source)
  if (from === undefined)
    return failing && isBefore('metadataIsCurrent', failing) ? passed() : notRun('there is no metadata')
  if (validUntil === undefined) return passed('without an end')
  const isPast = validUntil <= now
  return isPast
    ? failed('validUntil in the future', validUntil.toISOString(), '@validUntil')
    : passed(`until ${validUntil.toISOString()}`)
}

/** With discovery they are checked at sign-in: there are too many. */
function signingKeysAreUsable(provider: Provider): readonly CheckResult[] {
  const { idp, problem } = provider.metadata
  if (!idp && !problem) return []
  const step = stepCheck('signingKeysAreUsable', () => passed(`${idp ? usableCertificates(idp).length : 0} usable`))
  return [step(provider), ...(idp ? unusedKeys(idp) : [])]
}

function usableCertificates({ signingCertificates }: IdpMetadata): readonly SigningCertificate[] {
  return signingCertificates.filter(({ unusable }) => unusable === undefined)
}

/** Logins use the other keys; where none is left, the metadata is refused and the step above fails. */
function unusedKeys({ signingCertificates, unreadableKeys }: IdpMetadata): readonly CheckResult[] {
  return [
    ...unreadableKeys.map(({ place, reason }) => leftOut(place, reason)),
    ...signingCertificates.flatMap(({ unusable, pem }) =>
      unusable === undefined ? [] : [leftOut(subjectOf(pem), unusable)],
    ),
  ]
}

function leftOut(found: string, reason: string): CheckResult {
  return {
    ...passed(found),
    warning: `not used: ${reason}; have the identity provider remove or replace it`,
  }
}

function subjectOf(pem: string): string {
  return new X509Certificate(pem).subject.replaceAll('\n', ', ')
}

/** For information only: metadata expires by its validUntil. Metadata Interop 2.6.1 */
function signingCertificatesAreCurrent({ metadata: { idp }, now }: Provider): readonly CheckResult[] {
  const certificates = idp ? usableCertificates(idp) : []
  const check = certificates.some(({ notAfter }) => notAfter > now) ? endedResult : expiryResult
  return certificates.map(({ notAfter, pem }) => check(notAfter, now, subjectOf(pem)))
}

/** No response is refused for its certificate's dates, and an old certificate may remain for a while beside the new one. */
function endedResult(notAfter: Date, now: Date, source: string): CheckResult {
  const result = expiryResult(notAfter, now, source)
  if (result.outcome !== 'fail') return result
  return { ...passed(result.found, source), warning: 'have it removed from the metadata: another one is current' }
}

function signOnIsOffered({ metadata: { idp }, settings }: Provider): CheckResults {
  if (!idp) return []
  const { redirect, post } = idp.singleSignOn
  if (redirect !== undefined || post !== undefined) return passed(redirect ?? post)
  return settings.allowIdpInitiated
    ? passed('only what the identity provider starts')
    : failed('a SingleSignOnService for redirect or POST', 'neither', 'IDPSSODescriptor')
}

/** AWS requires its own audience in an assertion that is passed on to it. */
function audienceSuitsAws({ settings }: Provider): CheckResults {
  if (settings.exchange.evidence === 'reissued') return []
  const isAws = partitions.some(({ audience }) => audience === settings.spEntityId)
  return isAws
    ? passed(settings.spEntityId)
    : { ...passed(settings.spEntityId, 'spEntityId'), warning: 'have assertions name urn:amazon:webservices too' }
}

function clockAgrees({ answer, settings, metadata }: Provider): CheckResults {
  return settings.metadata.kind === 'file' ? [] : clockResult(answer, settings.clockSkewSeconds, metadata.source)
}
