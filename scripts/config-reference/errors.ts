/** Renders every catalogue of errors as a page. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorCatalogue, ErrorText } from '../../src/core/errors.ts'

const SRC = join(import.meta.dirname, '../../src')

/** The heading of each folder's errors, in the order of the page. A folder that is not named here comes last, under its own name. */
const headings: Readonly<Record<string, string>> = {
  config: 'The configuration',
  catalog: 'The catalogue',
  cli: 'The command line',
  'cli/catalog': 'Pulling the catalogue',
  'cli/access': 'The access report',
  'cli/audit': 'The audit log on the command line',
  'cli/keys': 'Rotating keys',
  gateway: 'Signing in and using a role',
  authorization: 'Signing in on the command line',
  saml: 'SAML',
  oidc: 'OpenID Connect',
  oauth: 'OAuth 2.0 providers without ID tokens',
  aws: 'AWS',
  'aws/kms': 'AWS KMS',
  audit: 'The audit log',
  stores: 'The store',
  issuer: 'The gateway as identity provider',
  iam: 'Policies',
  web: 'The web pages',
  'local-aws': 'The local AWS',
}

/** What a reader never meets under these codes: saml has them under its own. */
const NOT_SHOWN = ['core', 'xml']

const isText = (value: unknown): value is ErrorText =>
  typeof value === 'object' && value !== null && 'sentence' in value && 'hint' in value

const isCatalogue = (value: unknown): value is ErrorCatalogue =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0 && Object.values(value).every(isText)

/** The folders that declare errors which are shown. */
const foldersWithErrors = (): readonly string[] => {
  const folders = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/errors.ts'))
    .map((path) => path.slice(0, -'/errors.ts'.length))
    .filter((folder) => !NOT_SHOWN.includes(folder))
  return [...new Set([...Object.keys(headings), ...folders])].filter((folder) => folders.includes(folder))
}

const line = ([code, { sentence, hint }]: readonly [string, ErrorText]): string => `- \`${code}\`: ${sentence} ${hint}`

const section = async (folder: string): Promise<string> => {
  const exported: Readonly<Record<string, unknown>> = await import(join(SRC, folder, 'errors.ts'))
  const errors = Object.values(exported)
    .filter(isCatalogue)
    .flatMap((catalogue) => Object.entries(catalogue))
  const lines = errors.toSorted(([a], [b]) => a.localeCompare(b, 'en')).map(line)
  return `## ${headings[folder] ?? folder}\n\n${lines.join('\n')}`
}

const intro = `# Errors

<!-- Generated from the catalogues in src/*/errors.ts by \`npm run schema\`. Do not edit. -->

Every error that a user can meet has a stable code, a sentence, and a next step. Pages and the JSON API show all three with a
reference; the audit log has the expected and actual values under the same reference.`

/** docs/errors.md */
export const errorReference = async (): Promise<string> => {
  const sections = await Promise.all(foldersWithErrors().map(section))
  return `${[intro, ...sections].join('\n\n')}\n`
}
