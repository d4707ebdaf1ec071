import { join } from 'node:path'
import type { Config } from '../config/types.ts'
import { oidcProviderArn } from '../core/arn.ts'
import { type IssuerDocument, issuerDocuments } from '../issuer/documents.ts'
import { IssuerError } from '../issuer/errors.ts'
import { writeWhole } from '../issuer/keys.ts'
import { openWebIdentityIssuer, type WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import { readConfig } from './load-config.ts'
import type { IssuerExportOptions } from './options.ts'
import { openOutput } from './output.ts'

const PUBLIC_FILE = 0o644

/**
 * Writes the discovery document and the key set as files for a bucket or a CDN. Each file is written atomically, and
 * its content depends only on the configuration. Throws ConfigError or IssuerError.
 */
export async function runIssuerExport({ config: file, folder }: IssuerExportOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const issuer = await issuerOf(await readConfig(file, process.env, 'offline'))
  const documents = issuerDocuments(issuer)
  for (const document of documents) output.print(await write(folder, document))
  for (const line of nextSteps(issuer, documents, file)) output.note(line)
}

function issuerOf(config: Config): Promise<WebIdentityIssuer> {
  if (!config.issuer) throw new IssuerError('issuer.not_configured')
  return openWebIdentityIssuer(config.issuer)
}

async function write(folder: string, { path, text }: IssuerDocument): Promise<string> {
  const file = join(folder, path)
  await writeWhole(file, text, PUBLIC_FILE).catch((cause: NodeJS.ErrnoException) => {
    const sentence = `The file ${file} cannot be written (${cause.code ?? cause.message}).`
    throw new IssuerError('issuer.export_failed', { sentence, cause })
  })
  return file
}

/** The steps that follow. In this order, as IAM fetches both files when the provider is created. */
function nextSteps({ url, audience }: WebIdentityIssuer, documents: readonly IssuerDocument[], config: string) {
  return [
    '',
    'Next: upload both and make them publicly readable at',
    ...documents.map(({ path, contentType }) => `  ${url}/${path}  (Content-Type: ${contentType})`),
    "Verify that they match the gateway's keys:",
    `  fedgate check --config ${config}`,
    `Create ${oidcProviderArn('aws', 'ACCOUNT', url)} once in each account:`,
    `  aws iam create-open-id-connect-provider --url ${url} --client-id-list ${audience}`,
    'Whenever you change `issuer` in the configuration, export and upload again before you restart the gateway.',
  ]
}
