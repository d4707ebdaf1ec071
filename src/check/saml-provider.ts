/** Checks on a SAML identity provider: its metadata, its certificates, its clock. */
import { X509Certificate } from 'node:crypto'
import { partitions } from '../aws/facts/partitions.ts'
import type { SamlProviderConfig } from '../config/types.ts'
import type { FedgateError } from '../core/errors.ts'
import type { Verdict } from '../core/verdict.ts'
import type { SigningCertificate } from '../saml/metadata/signing-keys.ts'
import type { IdpMetadata } from '../saml/metadata.ts'
import type { MetadataStatus } from '../saml/metadata-status.ts'
import { unusableScopes } from '../saml/scopes.ts'
import { clockLook } from './clock.ts'
import { expiryLook, type Look, type Looks, lookAt, notRun, ok, wrong } from './look.ts'
import type { CheckPorts, HttpAnswer } from './ports.ts'

interface Provider {
  readonly settings: SamlProviderConfig
  readonly metadata: MetadataStatus
  /** Of the source, where it is asked over HTTP. */
  readonly answer: HttpAnswer | undefined
  readonly now: Date
}

/** What has to be so before metadata is used, in this order. */
const steps = [
  'metadataIsReachable',
  'metadataIsReadable',
  'metadataIsSigned',
  'entityIsFound',
  'metadataIsCurrent',
  'signingKeysAreUsable',
] as const
type Step = (typeof steps)[number]

const metadataIsReachable = stepLook('metadataIsReachable', ({ metadata }) => ok(metadata.source))

/** What of it is left aside: with discovery nobody reads them all beforehand. */
const metadataIsReadable = stepLook('metadataIsReadable', ({ metadata: { idp } }) => {
  const unusable = unusableScopes(idp?.scopes ?? [])
  return unusable.length === 0
    ? ok()
    : { ...ok(), warning: `ignored, so they cover nothing: Scope ${unusable.join(', ')}` }
})

const metadataIsSigned = stepLook('metadataIsSigned', ({ settings: { metadataCertificate, discovery } }) => {
  if (metadataCertificate !== undefined) return ok(`with the key of ${metadataCertificate}`)
  return discovery
    ? { ...ok('not looked at'), warning: "pin the federation's certificate as metadataCertificate" }
    : notRun('no metadataCertificate is configured')
})

const entityIsFound = stepLook('entityIsFound', ({ metadata }) =>
  // What was read and cannot be used is not counted.
  ok(metadata.idp?.entityId ?? (metadata.from && `${metadata.identityProviders} identity providers`)),
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
  clockAgrees,
} as const satisfies Looks<Provider>

/** Reads the provider's metadata as a login would, and looks at what logins depend on. */
export async function checkSamlProvider(settings: SamlProviderConfig, ports: CheckPorts): Promise<Verdict> {
  const { metadata: source } = settings
  const [metadata, answer] = await Promise.all([
    ports.readMetadata(settings),
    source.kind === 'file' ? undefined : ports.ask(source.url, { method: 'HEAD' }).catch(() => undefined),
  ])
  return lookAt(samlProviderChecks, { settings, metadata, answer, now: ports.now() })
}

/** The step passes, is the one that failed, or was not reached. */
function stepLook(step: Step, found: (provider: Provider) => Look) {
  return (provider: Provider): Look => {
    const { problem, source } = provider.metadata
    if (!problem) return found(provider)
    const failed = steps.indexOf(stepOf(problem))
    if (steps.indexOf(step) < failed) return found(provider)
    return steps.indexOf(step) === failed ? problemLook(problem, source) : notRun('the metadata cannot be used')
  }
}

/** The step at which a problem with metadata shows. */
function stepOf({ code }: FedgateError): Step {
  if (code.startsWith('provider.')) return 'metadataIsReachable'
  if (/^saml\.metadata_(expired|older|endless|valid_too_long)$/.test(code)) return 'metadataIsCurrent'
  if (/^saml\.(metadata_unsigned$|signature_)/.test(code)) return 'metadataIsSigned'
  if (/^saml\.metadata_(no_certificate|certificate|keys_unfit)$/.test(code)) return 'signingKeysAreUsable'
  return /^saml\.metadata_(not_idp|ambiguous)$/.test(code) ? 'entityIsFound' : 'metadataIsReadable'
}

function problemLook({ expected = 'metadata that can be used', found, source, message }: FedgateError, place: string) {
  return wrong(expected, found ?? message, source ?? place)
}

/** The source is down or spoilt, and yet people can sign in. */
function lastGoodCopyServes({ metadata: { fetchedAt, problem }, now, settings }: Provider): Look | readonly Look[] {
  if (!problem || settings.metadata.kind === 'file') return []
  if (!fetchedAt) return wrong('a last good copy', 'none', 'state/')
  const hours = Math.floor((now.getTime() - fetchedAt.getTime()) / 3_600_000)
  return ok(`${hours} h old, of ${fetchedAt.toISOString()}`)
}

function metadataIsCurrent({ metadata, now }: Provider): Look {
  const { validUntil, from, problem } = metadata
  const failed = problem && steps.indexOf(stepOf(problem)) - steps.indexOf('metadataIsCurrent')
  if (problem && failed === 0) return problemLook(problem, metadata.source)
  if (from === undefined) return failed === undefined || failed < 0 ? notRun('there is no metadata') : ok()
  if (validUntil === undefined) return ok('without an end')
  const isPast = validUntil <= now
  return isPast
    ? wrong('validUntil in the future', validUntil.toISOString(), '@validUntil')
    : ok(`until ${validUntil.toISOString()}`)
}

/** With discovery they are looked at when somebody signs in: there are too many. */
function signingKeysAreUsable(provider: Provider): readonly Look[] {
  const { idp, problem } = provider.metadata
  if (!idp && !problem) return []
  const step = stepLook('signingKeysAreUsable', () => ok(`${idp ? usableCertificates(idp).length : 0} usable`))
  return [step(provider), ...(idp ? unusedKeys(idp) : [])]
}

function usableCertificates({ signingCertificates }: IdpMetadata): readonly SigningCertificate[] {
  return signingCertificates.filter(({ unusable }) => unusable === undefined)
}

/** Logins go by the others; where none is left, the metadata is refused and the step above fails. */
function unusedKeys({ signingCertificates, unreadableKeys }: IdpMetadata): readonly Look[] {
  return [
    ...unreadableKeys.map(({ place, reason }) => leftOut(place, reason)),
    ...signingCertificates.flatMap(({ unusable, pem }) =>
      unusable === undefined ? [] : [leftOut(subjectOf(pem), unusable)],
    ),
  ]
}

function leftOut(found: string, reason: string): Look {
  return {
    ...ok(found),
    warning: `not used: ${reason}; have the identity provider remove or replace it`,
  }
}

function subjectOf(pem: string): string {
  return new X509Certificate(pem).subject.replaceAll('\n', ', ')
}

/** A matter of good order: that of metadata is its validUntil. Metadata Interop 2.6.1 */
function signingCertificatesAreCurrent({ metadata: { idp }, now }: Provider): readonly Look[] {
  const certificates = idp ? usableCertificates(idp) : []
  const look = certificates.some(({ notAfter }) => notAfter > now) ? endedLook : expiryLook
  return certificates.map(({ notAfter, pem }) => look(notAfter, now, subjectOf(pem)))
}

/** No answer is refused for its certificate's dates, and an old certificate may stay for a while beside the new one. */
function endedLook(notAfter: Date, now: Date, source: string): Look {
  const look = expiryLook(notAfter, now, source)
  if (look.outcome !== 'fail') return look
  return { ...ok(look.found, source), warning: 'have it removed from the metadata: another one is current' }
}

function signOnIsOffered({ metadata: { idp }, settings }: Provider): Look | readonly Look[] {
  if (!idp) return []
  const { redirect, post } = idp.singleSignOn
  if (redirect !== undefined || post !== undefined) return ok(redirect ?? post)
  return settings.allowIdpInitiated
    ? ok('only what the identity provider starts')
    : wrong('a SingleSignOnService for redirect or POST', 'neither', 'IDPSSODescriptor')
}

/** AWS looks for its own name in what is passed on to it. */
function audienceSuitsAws({ settings }: Provider): Look | readonly Look[] {
  if (settings.exchange.evidence === 'reissued') return []
  const isAws = partitions.some(({ audience }) => audience === settings.spEntityId)
  return isAws
    ? ok(settings.spEntityId)
    : { ...ok(settings.spEntityId, 'spEntityId'), warning: 'have assertions name urn:amazon:webservices too' }
}

function clockAgrees({ answer, settings, metadata }: Provider): Look | readonly Look[] {
  return settings.metadata.kind === 'file' ? [] : clockLook(answer, settings.clockSkewSeconds, metadata.source)
}
