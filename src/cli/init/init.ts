/**
 * `fedgate init`: from answers to a folder with which the gateway starts. Everything is made and checked in a folder of
 * its own first; only then do the files move to their place, all of them or none.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { ConfigError } from '../../config/errors.ts'
import { showPath } from '../../config/issue.ts'
import type { Config } from '../../config/types.ts'
import { outcomeOfAll, summaryLine, type VerdictOfSubject, verdictsLines } from '../../core/render-verdict.ts'
import { createKeyPem } from '../../issuer/keys.ts'
import { checkConfiguration } from '../check.ts'
import { InitError, TrustPolicyError } from '../errors.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { readConfig } from '../load-config.ts'
import type { InitOptions } from '../options.ts'
import { colors, type Output, openOutput } from '../output.ts'
import { trustPolicyDocument } from '../trust-policy/trust-policy.ts'
import { completeAnswers, type InitAnswers } from './answers.ts'
import type { Asking } from './asking.ts'
import { configurationText, paths } from './configuration.ts'
import { draft, existing, type NewFile } from './files.ts'
import { registrationLines } from './registration.ts'
import { composeFile, serviceUser, systemdUnit } from './service-files.ts'
import { askOnTerminal } from './terminal.ts'

/** How the program was started, for the unit and for the next steps. */
export interface InitSurroundings {
  readonly env: NodeJS.ProcessEnv
  /** Node.js and the script, as absolute paths. */
  readonly self: readonly string[]
  readonly now: () => Date
  readonly output: Output
  readonly asking: Asking
}

export interface Initialized {
  readonly answers: InitAnswers
  /** Absolute. */
  readonly folder: string
  readonly written: readonly string[]
  /** Keys and secrets that were there already and still are. */
  readonly kept: readonly string[]
  /** What `fedgate check` found; undefined: it was not run. */
  readonly verdicts: readonly VerdictOfSubject[] | undefined
}

const CONFIGURATION = 'fedgate.yaml'
const METADATA = 'idp-metadata.xml'
const IAM = 'iam.yaml'
const SECRET = 0o600
const PUBLIC = 0o644

/**
 * Asks what the flags leave open, writes the folder, prints what to enter where, and runs the checks. Throws InitError,
 * InventoryError, or Ended if a check did not pass.
 */
export async function runInit(options: InitOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const terminal = process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal() : undefined
  const readText = (file: string) => (file === '-' ? textOf(process.stdin) : readFile(file, 'utf8'))
  try {
    const { verdicts } = await initialize(options, {
      env: process.env,
      self: [process.execPath, resolve(process.argv[1] ?? 'fedgate')],
      now: () => new Date(),
      output,
      asking: { ask: terminal?.ask, say: output.note, readText },
    })
    if (verdicts && outcomeOfAll(verdicts) !== 'pass') throw new Ended(exitCodes.failed)
  } finally {
    terminal?.close()
  }
}

/** The same without the process: throws InitError or InventoryError, and then nothing was written. */
export async function initialize(options: InitOptions, surroundings: InitSurroundings): Promise<Initialized> {
  const folder = resolve(options.folder)
  // Before the first question: nobody answers ten of them in vain.
  if (!options.force) await refuseToOverwrite(folder, [CONFIGURATION, IAM, ...serviceNames(options)])
  const answers = await completeAnswers(options, surroundings.asking)
  const kept = await existing(folder, secretPaths(answers))
  const files = await filesFor(answers, { folder, kept }, surroundings)
  if (!options.force)
    await refuseToOverwrite(
      folder,
      files.map(({ path }) => path),
    )
  const notes = await checkedAndPublished(folder, { answers, kept, files }, surroundings)
  const written = [...files.map(({ path }) => path), ...(notes.iam === undefined ? [] : [IAM])]
  const done = { answers, folder, written, kept }
  report(done, notes.lines, surroundings)
  const config = await readConfig(join(folder, CONFIGURATION), surroundings.env, 'gateway')
  return { ...done, verdicts: options.check === false ? undefined : await check(config, surroundings.output) }
}

async function refuseToOverwrite(folder: string, wanted: readonly string[]): Promise<void> {
  const there = await existing(folder, wanted)
  if (there.length === 0) return
  throw new InitError('init.file_exists', {
    sentence: `${there.map((path) => join(folder, path)).join(', ')} ${there.length === 1 ? 'exists' : 'exist'} already.`,
  })
}

function serviceNames({ service }: Pick<InitOptions, 'service'>): readonly string[] {
  return { systemd: ['fedgate.service'], compose: ['docker-compose.yml'], none: [] }[service]
}

/** Never replaced, not even with --force: providers, IAM and sessions depend on them. */
function secretPaths({ protocol, oidc }: InitAnswers): readonly string[] {
  const signing = [paths.signingKey, paths.signingCertificate]
  const encryption = protocol === 'saml' ? [paths.encryptionKey, paths.encryptionCertificate] : []
  const client = oidc?.clientSecret === undefined ? [] : [paths.clientSecret]
  return [paths.sessionSecret, ...client, ...signing, ...encryption]
}

async function filesFor(
  answers: InitAnswers,
  { folder, kept }: Pick<Initialized, 'folder' | 'kept'>,
  { self, now, asking }: InitSurroundings,
): Promise<readonly NewFile[]> {
  const { saml, oidc, service } = answers
  const isFile = saml !== undefined && !/^https?:/.test(saml.metadata)
  const metadata = isFile ? await asking.readText(saml.metadata) : undefined
  const secrets = new Map([
    [paths.sessionSecret, `${randomBytes(32).toString('hex')}\n`],
    ...(oidc?.clientSecret === undefined ? [] : [[paths.clientSecret, `${oidc.clientSecret}\n`] as const]),
    ...(await keyFiles(answers, kept, now())),
  ])
  const wanted = secretPaths(answers).filter((path) => !kept.includes(path))
  const uid = process.getuid?.() ?? 1000
  const port = Number(new URL(answers.baseUrl).port || 8080)
  return [
    { path: CONFIGURATION, text: configurationText(answers, isFile ? `./${METADATA}` : undefined), mode: PUBLIC },
    ...(metadata === undefined ? [] : [{ path: METADATA, text: metadata, mode: PUBLIC }]),
    ...wanted.map((path) => ({ path, text: secrets.get(path) ?? '', mode: path.endsWith('.crt') ? PUBLIC : SECRET })),
    // Exists before the service starts, as it is the only place that the service may write to.
    { path: 'state/.keep', text: '', mode: PUBLIC },
    ...(service === 'systemd'
      ? [{ path: 'fedgate.service', text: await systemdUnit({ folder, self, user: serviceUser() }), mode: PUBLIC }]
      : []),
    ...(service === 'compose'
      ? [
          {
            path: 'docker-compose.yml',
            text: composeFile({ port, owner: `${uid}:${process.getgid?.() ?? 1000}` }),
            mode: PUBLIC,
          },
        ]
      : []),
  ]
}

/** Key and certificate belong together: both are made unless both are there. */
async function keyFiles(
  answers: InitAnswers,
  kept: readonly string[],
  now: Date,
): Promise<readonly (readonly [string, string])[]> {
  const wanted = secretPaths(answers)
  const pairs = [
    [paths.signingKey, paths.signingCertificate],
    [paths.encryptionKey, paths.encryptionCertificate],
  ] as const
  const made = pairs.map(async ([key, certificate]) => {
    const there = [key, certificate].filter((path) => kept.includes(path))
    if (!wanted.includes(key) || there.length === 2) return []
    if (there.length === 1)
      throw new InitError('init.file_exists', {
        sentence: `${there[0]} exists without its counterpart.`,
        hint: 'Remove it, or restore the other file.',
      })
    const pem = await createKeyPem(new URL(answers.baseUrl).hostname, now)
    return [[key, pem.privateKey] as const, [certificate, pem.certificate] as const]
  })
  return (await Promise.all(made)).flat()
}

interface IamNotes {
  /** The CloudFormation template; undefined: there is none to make yet. */
  readonly iam: string | undefined
  readonly lines: readonly string[]
}

/** Read as the gateway would, before anything is at its place. */
async function checkedAndPublished(
  folder: string,
  { answers, kept, files }: Pick<Initialized, 'answers' | 'kept'> & { readonly files: readonly NewFile[] },
  { env }: InitSurroundings,
): Promise<IamNotes> {
  const present = await Promise.all(
    kept.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8'), mode: SECRET })),
  )
  const trial = await draft(folder, [...files, ...present])
  let notes: IamNotes
  try {
    await readConfig(join(trial.folder, CONFIGURATION), env, 'gateway').catch((error: unknown) => {
      throw error instanceof ConfigError ? asAnswerProblem(error) : error
    })
    notes = await iamNotes(answers, join(trial.folder, CONFIGURATION), env)
  } finally {
    await trial.discard()
  }
  const final = await draft(folder, [
    ...files,
    ...(notes.iam === undefined ? [] : [{ path: IAM, text: notes.iam, mode: PUBLIC }]),
  ])
  await final.publish().catch(async (error: unknown) => {
    await final.discard()
    throw error
  })
  return notes
}

/** Some answers fit only together; the rules of the configuration know which. */
function asAnswerProblem({ problems, message }: ConfigError): InitError {
  const lines = problems.map(
    ({ path, expected, found }) =>
      `  ${showPath(path)}: expected ${expected}${found === undefined ? '' : `, found ${found}`}`,
  )
  const sentence = lines.length === 0 ? message : ['These answers make no valid configuration:', ...lines].join('\n')
  return new InitError('init.configuration_invalid', { sentence })
}

/** Notes instead of a template where the rules name no role yet. */
async function iamNotes({ sts, id, roles }: InitAnswers, config: string, env: NodeJS.ProcessEnv): Promise<IamNotes> {
  if (sts === 'local')
    return { iam: undefined, lines: ['The local AWS has the roles that the rules name, so IAM needs nothing.'] }
  const options = { config, provider: id, format: 'cloudformation' as const, allAccounts: true as const }
  try {
    const { text, notes } = await trustPolicyDocument({ ...options, ...(roles.length > 0 && { role: roles }) }, env)
    const deploy = `  aws cloudformation deploy --template-file ${IAM} --stack-name fedgate --capabilities CAPABILITY_NAMED_IAM`
    return {
      iam: text,
      lines: [`${IAM} has the identity provider and the roles for IAM, for a stack or a StackSet:`, deploy, ...notes],
    }
  } catch (error) {
    if (!(error instanceof TrustPolicyError)) throw error
    const command = `  fedgate trust-policy --config ${CONFIGURATION} --provider ${id} --all-accounts --roles NAME,NAME`
    return {
      iam: undefined,
      lines: ['IAM: once the rules name roles, print what it needs:', command, `(${error.message})`],
    }
  }
}

function report(
  { answers, folder, written, kept }: Omit<Initialized, 'verdicts'>,
  iam: readonly string[],
  { output, self }: InitSurroundings,
): void {
  const { baseUrl, leftOutAccounts, service, id } = answers
  const program = `${basename(self[0] ?? 'node') === 'node' ? 'node ' : ''}${self[1] ?? 'fedgate'}`
  const config = join(folder, CONFIGURATION)
  const lines = [
    `Written to ${folder}: ${written
      .filter((path) => !path.endsWith('.keep'))
      .map((path) => path.replace(/^\.\//, ''))
      .join(', ')}`,
    ...(kept.length === 0 ? [] : [`Kept as they were: ${kept.map((path) => path.replace(/^\.\//, '')).join(', ')}`]),
    ...(leftOutAccounts.length === 0 ? [] : [`Left out, as closed or suspended: ${leftOutAccounts.join(', ')}`]),
    '',
    ...registrationLines(answers),
    '',
    ...iam,
    '',
    'Start it:',
    `  ${program} serve --config ${config}`,
    ...(service === 'systemd' ? serviceLines(folder) : []),
    ...(service === 'compose' ? [`  or as a service: docker compose --project-directory ${folder} up -d`] : []),
    'Before anyone signs in, test the provider:',
    `  ${program} check --config ${config} --live --provider ${id}`,
    '',
    `Sign in at ${baseUrl}/login`,
  ]
  for (const line of lines) output.print(line)
}

function serviceLines(folder: string): readonly string[] {
  const user = serviceUser()
  const owner = process.getuid?.() === 0 ? `useradd --system ${user}; chown -R ${user}: ${folder}; ` : ''
  return [
    `  or as a service: ${owner}sudo cp ${join(folder, 'fedgate.service')} /etc/systemd/system/ && sudo systemctl enable --now fedgate`,
  ]
}

async function check(config: Config, output: Output): Promise<readonly VerdictOfSubject[]> {
  const verdicts = await checkConfiguration(config)
  output.print('')
  for (const line of verdictsLines(verdicts, colors(output.style))) output.print(line)
  output.note(summaryLine(verdicts))
  return verdicts
}
