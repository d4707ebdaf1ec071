import { readFile } from 'node:fs/promises'
import { openKmsKey } from '../aws/kms/client.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { checkAll } from '../check/check.ts'
import type { CheckPorts } from '../check/ports.ts'
import { checkResponse } from '../check/response.ts'
import type { Config } from '../config/types.ts'
import {
  outcomeOfAll,
  summaryLine,
  type VerdictOfSubject,
  verdictsJson,
  verdictsLines,
} from '../core/render-verdict.ts'
import { expectedResponse } from '../gateway/login/expected-response.ts'
import { productHint } from '../gateway/login/product-hints.ts'
import { exposureOf } from '../issuer/key-file.ts'
import { openWebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import { configuredCatalog } from './catalog/configured.ts'
import { metadataFacts, samlProviderOf } from './check-provider.ts'
import { CheckError } from './errors.ts'
import { Ended, exitCodes } from './exit-codes.ts'
import { ask } from './http-client.ts'
import { gatewayIdentifiers, readConfig } from './load-config.ts'
import type { CheckOptions } from './options.ts'
import { colors, type Output, openOutput } from './output.ts'
import { readBranding } from './serving/branding-files.ts'

interface ResponseToCheck {
  readonly file: string
  readonly provider: string
  /** With discovery: the entityID of the identity provider that sent it. */
  readonly idp: string | undefined
  readonly inResponseTo: string | undefined
  readonly at: Date
}

/** With the next step in the words of the product, if a preset knows it. */
interface Checked extends VerdictOfSubject {
  readonly hint?: string
}

const NAME_THE_REQUEST =
  'Give the ID of the request that the response must answer with --in-response-to (its InResponseTo is that ID).'

/**
 * Prints the results of all checks, or those of one response. Throws ConfigError, CatalogError, CheckError, or Ended if a check did
 * not pass.
 */
export async function runCheck(options: CheckOptions): Promise<void> {
  const { response, provider, idp, inResponseTo, at = now() } = options
  if (options.against !== undefined) {
    const { runAgainst } = await import('./against/against.ts')
    return runAgainst({ ...options, against: options.against })
  }
  const output = openOutput(process.stdout, process.stderr, process.env)
  const config = await readConfig(options.config, process.env, 'check')
  if (options.live && provider !== undefined) return runLiveCheck(config, { ...options, provider }, output)
  const catalog = await configuredCatalog(config)
  const verdicts: readonly Checked[] =
    response === undefined || provider === undefined
      ? await checkConfiguration(config, catalog)
      : [await checkFile(config, { file: response, provider, idp, inResponseTo, at })]
  const lines = options.json ? [verdictsJson(verdicts)] : verdictsLines(verdicts, colors(output.style))
  for (const line of lines) output.print(line)
  output.note(summaryLine(verdicts))
  for (const { hint } of verdicts) if (hint !== undefined) output.note(hint)
  const outcome = outcomeOfAll(verdicts)
  if (outcome === 'unknown' && response !== undefined && inResponseTo === undefined) output.note(NAME_THE_REQUEST)
  if (outcome !== 'pass') throw new Ended(exitCodes.failed)
}

/** The results of all checks. Never rejects: failures are among them. */
export function checkConfiguration(config: Config, catalog?: Catalog): Promise<readonly VerdictOfSubject[]> {
  return checkAll(config, { ...portsFor(config), ...(catalog && { catalog }) })
}

/** Throws CheckError, StartError, or Ended if the answer was refused. */
async function runLiveCheck(
  config: Config,
  { provider, idp, json, browser = true }: CheckOptions & { readonly provider: string },
  output: Output,
): Promise<void> {
  const { liveCheck } = await import('./live/live-check.ts')
  const { reportJson, reportLines } = await import('./live/report-lines.ts')
  const question = { provider, opensBrowser: browser, ...(idp === undefined ? {} : { idp }) }
  const report = await liveCheck(config, question, output)
  for (const line of json ? [reportJson(report)] : reportLines(report, colors(output.style))) output.print(line)
  if (report.refusal) throw new Ended(exitCodes.failed)
}

function now(): Date {
  return new Date()
}

function portsFor(config: Config): CheckPorts {
  return {
    ourNames: gatewayIdentifiers(config),
    now,
    readText: (path) => readFile(path, 'utf8'),
    exposureOf: (path) => exposureOf(path),
    kmsPublicKey: (key) => openKmsKey(key).publicKey(),
    ask,
    openIssuer: openWebIdentityIssuer,
    readBranding,
    readMetadata: (provider) => metadataFacts(config, provider),
  }
}

/** Throws CheckError, and the errors of reading the metadata. */
async function checkFile(config: Config, question: ResponseToCheck): Promise<Checked> {
  const { file, provider: id, idp, inResponseTo, at } = question
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CheckError('check.response_unreadable', { sentence: `The file ${file} cannot be read.`, cause })
  })
  const provider = await samlProviderOf(config, id)
  // Only a running gateway knows which assertions it has already accepted.
  const beyond = { inResponseTo, remembersSince: undefined }
  const expected = expectedResponse(config, provider, await provider.metadata(idp), beyond)
  const { verdict, refusal } = checkResponse(text, expected, inResponseTo, at)
  const hint = refusal && productHint(refusal, provider.settings.preset)
  return {
    subject: `response of ${id}`,
    verdict,
    ...(refusal ? { code: refusal.code } : {}),
    ...(hint === undefined ? {} : { hint }),
  }
}
