/**
 * Every metric of the gateway, as Prometheus reads it. docs/monitoring.md lists them from here. No label has a user, an ARN
 * or a URL: values are configured names, known accounts and codes, so their number is bounded whatever strangers send.
 */
import type { MetricType } from './instruments.ts'

export interface MetricDefinition {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds in seconds, for a histogram. */
  readonly buckets?: readonly number[]
  /** How the values of workers become one. Default: their sum. */
  readonly ofWorkers?: 'min' | 'max' | 'first'
}

/** What a label can say. */
export const labelValues: Readonly<Record<string, string>> = {
  provider: 'the ID of a configured provider, or `other`',
  kind: '`new` or `renewed`',
  event: '`login`, `logout`, `exchange`, `console` or `request`',
  code: 'an [error code](errors.md)',
  account: 'an account of `accounts`, of a literal ARN in `access`, or of the catalogue, or `other`',
  result: '`ok`, or why not: an error code for STS; elsewhere `refused` or `failed`',
  reason: 'as in the audit log: `person`, `provider`, `operator`; for devices `device`, `person`, `reuse`',
  grant_type: '`authorization_code`, `device_code` or `refresh_token`',
  limit: 'a limit of `limits`, or the error code of one that cannot be configured',
  method: '`GET`, `HEAD`, `POST` or `other`',
  status: '`2xx` to `5xx`, or `closed` if the client left before the answer',
  step: '`start`, `saml_response`, `oidc_callback` or `finish`',
  evidence: '`saml` or `web-identity`',
  operation: 'an operation of the store, such as `get`',
  check: '`store`, `keys` or `audit`',
  owner: '`gateway`, or the ID of a provider',
  use: '`signing`, `encryption` or `tls`',
  number: 'the position in its list, from 1 to 10',
  version: 'the version of the gateway',
  key: '`signing`, `encryption` or `issuer`',
  place: '`file` or `kms`',
  outcome: '`ok` or an error code',
  serial: 'the serial number of a certificate',
}

const QUICK = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5]
const USUAL = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const counter = (name: string, labels: readonly string[], help: string) =>
  ({ name, type: 'counter', labels, help }) as const satisfies MetricDefinition

const histogram = (name: string, labels: readonly string[], buckets: readonly number[], help: string) =>
  ({ name, type: 'histogram', labels, buckets, help }) as const satisfies MetricDefinition

const gauge = (
  name: string,
  labels: readonly string[],
  ofWorkers: NonNullable<MetricDefinition['ofWorkers']> | undefined,
  help: string,
) => ({ name, type: 'gauge', labels, help, ...(ofWorkers && { ofWorkers }) }) as const satisfies MetricDefinition

export const definitions = {
  logins: counter('fedgate_logins_total', ['provider', 'kind'], 'Completed sign-ins.'),
  refusals: counter(
    'fedgate_refusals_total',
    ['event', 'provider', 'code'],
    'Refused sign-ins, logouts, exchanges, console links and other requests. A flood is counted in full.',
  ),
  exchanges: counter(
    'fedgate_exchanges_total',
    ['account', 'result'],
    'Roles that users asked for, by the outcome: credentials, or a refusal by the gateway or AWS.',
  ),
  consoles: counter('fedgate_console_sign_ins_total', ['account', 'result'], 'Links to the AWS console.'),
  logouts: counter('fedgate_logouts_total', ['reason'], 'Sessions that were ended.'),
  tokens: counter('fedgate_tokens_total', ['grant_type'], 'Tokens issued to devices of the command line.'),
  devicesSignedOut: counter(
    'fedgate_devices_signed_out_total',
    ['reason'],
    'Devices that were signed out. `reuse`: a code or a refresh token was used a second time.',
  ),
  limitsHit: counter('fedgate_limits_hit_total', ['limit'], 'Requests that were refused because of a limit.'),
  storeFailures: counter('fedgate_store_failures_total', ['operation'], 'Operations of the store that failed.'),
  requestSeconds: histogram(
    'fedgate_http_request_duration_seconds',
    ['method', 'status'],
    USUAL,
    'Requests until the answer was sent, without static files and probes.',
  ),
  loginStepSeconds: histogram(
    'fedgate_login_step_duration_seconds',
    ['step', 'result'],
    USUAL,
    'Steps of sign-ins. The time that users spend at their provider is in none of them.',
  ),
  stsSeconds: histogram(
    'fedgate_sts_request_duration_seconds',
    ['evidence', 'result'],
    USUAL,
    'Exchanges at STS, with their retries.',
  ),
  storeSeconds: histogram('fedgate_store_operation_duration_seconds', ['operation'], QUICK, 'Operations of the store.'),
  ready: gauge('fedgate_ready', [], 'min', 'Whether `/readyz` answers 200: 1 or 0.'),
  checks: gauge('fedgate_check', ['check'], 'min', 'The checks of `/readyz`: 1 passed, 0 failed.'),
  providerAvailable: gauge(
    'fedgate_provider_available',
    ['provider'],
    'min',
    'Whether users can sign in with the provider: 1 or 0.',
  ),
  metadataProblem: gauge(
    'fedgate_metadata_problem',
    ['provider'],
    'max',
    'Whether the last attempt to read the metadata or discovery document failed: 1 or 0.',
  ),
  metadataAge: gauge(
    'fedgate_metadata_age_seconds',
    ['provider'],
    'max',
    'Since the source last returned the metadata or discovery document in use.',
  ),
  metadataEnd: gauge(
    'fedgate_metadata_expires_in_seconds',
    ['provider'],
    'min',
    'Until `validUntil` of SAML metadata that has one; below zero afterwards.',
  ),
  certificateAge: gauge(
    'fedgate_certificate_age_seconds',
    ['owner', 'use', 'number'],
    'max',
    'Since the certificate became valid. Owners are the gateway and SAML providers without discovery.',
  ),
  certificateEnd: gauge(
    'fedgate_certificate_expires_in_seconds',
    ['owner', 'use', 'number'],
    'min',
    'Until the certificate expires; below zero afterwards. Of `signing`, number 1 signs.',
  ),
  auditWaiting: gauge(
    'fedgate_audit_waiting_lines',
    [],
    undefined,
    'Audit lines that wait until the log can be written.',
  ),
  auditLost: gauge(
    'fedgate_audit_lost_lines',
    [],
    undefined,
    'Audit lines that were lost since the log could last be written.',
  ),
  catalogAge: gauge('fedgate_catalog_age_seconds', [], 'max', 'Since the catalogue in use was read, if there is one.'),
  catalogProblem: gauge(
    'fedgate_catalog_problem',
    [],
    'max',
    'Whether a newer version of the catalogue could not be read: 1 or 0.',
  ),
  build: gauge('fedgate_build_info', ['version'], 'first', 'Always 1.'),
} as const satisfies Readonly<Record<string, MetricDefinition>>

/** What the first process of several adds to the sums. */
export const workersDefinition = gauge(
  'fedgate_workers',
  [],
  undefined,
  'With `--workers`: how many of them answered this scrape.',
)

/** Measured where the keys are: operations/signatures.ts and operations/expiring-certificates.ts. */
export const keyMetrics: readonly (readonly [name: string, type: string, labels: string, help: string])[] = [
  ['fedgate_signature_seconds', 'histogram', '`key`, `place`, `outcome`', 'Signatures by keys of the gateway.'],
  [
    'fedgate_certificate_expiry_timestamp_seconds',
    'gauge',
    '`key`, `serial`',
    'When certificates of the gateway expire, in seconds since 1970.',
  ],
]

/** Those of Node.js that the dashboard and the alerts use; there are more. */
export const nodeMetrics: readonly (readonly [name: string, help: string])[] = [
  ['nodejs_eventloop_lag_p99_seconds', 'How late the event loop was, 99 of 100 times less, since the last scrape.'],
  ['process_cpu_seconds_total', 'CPU time of the process.'],
  ['process_resident_memory_bytes', 'Memory of the process.'],
  ['process_start_time_seconds', 'When the process started. Not with `--workers`.'],
]
