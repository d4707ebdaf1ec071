/**
 * `fedgate keys rotate`: one step of a rotation. IAM holds copies of our metadata in every account, so a new key is
 * published first, used when every account has it, and only then the old one is removed. Start at rotate.
 */
import { randomBytes, X509Certificate } from 'node:crypto'
import { chmod, chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { loadConfigText, readConfigFile } from '../../config/load.ts'
import type { Config } from '../../config/types.ts'
import { samlIssuerEntityId, samlIssuerMetadata } from '../../issuer/saml-assertion.ts'
import { awsFacts } from '../load-config.ts'
import type { Output } from '../output.ts'
import { openOutput } from '../output.ts'
import { signingCertificates } from '../serving/gateway-keys.ts'
import { type ConfigEdit, entriesIn, withEntry, withFirstAlone, withSecondFirst } from './edit-config.ts'
import { KeysError } from './errors.ts'
import { type Holder, holdersOf, iamCopies, useByGateway } from './holders.ts'
import { withLock } from './lock.ts'
import { createKey, madeAt } from './new-key.ts'
import type { KeyPurpose, KeysRotateOptions } from './options.ts'
import { secretName } from './secret-name.ts'
import { iamUpdate } from './update.ts'

export interface RotateSurroundings {
  readonly env: NodeJS.ProcessEnv
  readonly now: () => Date
  readonly output: Pick<Output, 'note' | 'printText'>
}

/** Throws KeysError when the step is refused: nothing was changed then. Throws ConfigError, KmsError, PullError. */
export async function runKeysRotate(options: KeysRotateOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  await rotate(options, { env: process.env, now: () => new Date(), output })
}

/** The same without the process. */
export async function rotate(options: KeysRotateOptions, surroundings: RotateSurroundings): Promise<void> {
  const file = resolve(options.config)
  const takeStep = async () => {
    const text = await readConfigFile(file)
    const step = { options, surroundings, file, text, config: configIn(text, file, surroundings.env) }
    if (options.switch) return switchKeys(step)
    return options.finish ? finish(step) : publish(step)
  }
  // What only shows a change can run where the configuration cannot be written.
  if (!options.edit) return takeStep()
  // Links to one file share its lock.
  const target = await realpath(file).catch(() => file)
  return withLock(target, takeStep)
}

/** One step, with the configuration as it was before. */
interface Step {
  readonly options: KeysRotateOptions
  readonly surroundings: RotateSurroundings
  /** Absolute. */
  readonly file: string
  readonly text: string
  readonly config: Config
}

function configIn(text: string, file: string, env: NodeJS.ProcessEnv): Config {
  return loadConfigText(text, { file, env, aws: awsFacts, purpose: 'offline' })
}

async function publish(step: Step): Promise<void> {
  const { options, surroundings, text, config } = step
  const { key: purpose, kmsKeyId, kmsRegion, kmsEndpoint } = options
  const written = entriesIn(text, purpose)
  const implied = written.length === 0 ? await impliedEntries(purpose, config) : []
  if (written.length > 1) throw new KeysError('keys.rotation_in_progress')
  if (written.length + implied.length === 0) throw new KeysError('keys.not_configured')
  // Found out before any file is made.
  withEntry(text, purpose, 'trial', implied)
  await mustBeWritable(step)
  const kms =
    kmsKeyId === undefined || kmsRegion === undefined
      ? undefined
      : { keyId: kmsKeyId, region: kmsRegion, ...(kmsEndpoint === undefined ? {} : { endpoint: kmsEndpoint }) }
  const { entry, files } = await createKey(purpose, config, {
    ...(kms && { kms }),
    secretFile: secretFileOf(written[0], config.folder),
    now: surroundings.now(),
  })
  for (const file of files) surroundings.output.note(`Created ${file}`)
  const after = await apply(step, withEntry(text, purpose, entry, implied))
  await printUpdate(purpose, after, step)
  for (const line of NEXT[purpose].published) surroundings.output.note(line)
}

/** Files that are made on first start, when the configuration names none. */
async function impliedEntries(purpose: KeyPurpose, config: Config): Promise<readonly unknown[]> {
  const [first] = purpose === 'session' ? [] : ((purpose === 'issuer' ? config.issuer?.keys : config[purpose]) ?? [])
  if (!first || !('createIfMissing' in first) || !first.createIfMissing) return []
  await stat(first.key).catch((cause: unknown) => {
    throw new KeysError('keys.not_configured', {
      sentence: `${first.key} is not there yet.`,
      hint: 'Start the gateway once: it creates its keys.',
      cause,
    })
  })
  if (purpose === 'issuer') return ['./certs/issuer.key']
  return [{ key: `./certs/${purpose}.key`, certificate: `./certs/${purpose}.crt` }]
}

function secretFileOf(written: unknown, folder: string): string | undefined {
  const [, path] = /^\$\{file:([^}]+)\}$/.exec(String(written)) ?? []
  return path === undefined ? undefined : resolve(folder, path)
}

async function switchKeys(step: Step): Promise<void> {
  const { options, surroundings, text, config } = step
  const { key: purpose, evenIfUnknown = false, except = [] } = options
  await mustHaveTwo(step)
  if (!options.back && (await isSecondOlder(step))) throw new KeysError('keys.older')
  await mustBeWritable(step)
  const { env, now, output } = surroundings
  const holders = await holdersOf(purpose, 1, config, { options, env, now: now() })
  const asked = holders.filter(({ account }) => account === undefined || !except.includes(account))
  for (const line of holders.map(holderLine)) output.note(line)
  const missing = asked.filter(({ knows }) => knows === 'missing')
  if (missing.length > 0)
    throw new KeysError('keys.not_taken', { sentence: refusal('The new key is not known to', missing) })
  const unknown = asked.filter(({ knows }) => knows === 'unknown')
  if (unknown.length > 0 && !evenIfUnknown)
    throw new KeysError('keys.unknown', {
      sentence: refusal('It cannot be determined whether the new key is known to', unknown),
    })
  await apply(step, withSecondFirst(text, purpose))
  for (const line of NEXT[purpose].switched) output.note(line)
}

const MOST_NAMED = 10

function refusal(what: string, holders: readonly Holder[]): string {
  const named = holders.slice(0, MOST_NAMED).map(({ name, reason }) => `  ${name}: ${reason}`)
  const more = holders.length > MOST_NAMED ? [`  and ${holders.length - MOST_NAMED} more`] : []
  return [`${what} ${holders.length} of those who must know it:`, ...named, ...more].join('\n')
}

const SHOWN = { known: 'known to', missing: 'NOT known to', absent: 'not needed by', unknown: 'unknown for' } as const

function holderLine({ name, knows, reason }: Holder): string {
  return `  ${SHOWN[knows]} ${name}${reason === undefined ? '' : `: ${reason}`}`
}

async function finish(step: Step): Promise<void> {
  const { options, surroundings, text } = step
  const { key: purpose } = options
  const [, old] = await mustHaveTwo(step)
  if (!options.back && !(await isSecondOlder(step)) && (await agesAreKnown(step))) throw new KeysError('keys.older')
  await mustBeWritable(step)
  await mustBeInUse(step)
  const after = await apply(step, withFirstAlone(text, purpose))
  await printUpdate(purpose, after, step)
  const { note } = surroundings.output
  for (const line of NEXT[purpose].finished) note(line)
  note(
    `Then delete ${purpose === 'session' ? secretName(old, 1) : showEntry(old)}. A copy of it still works until IAM and the providers have the update.`,
  )
}

/** A gateway that was not reloaded since the switch still signs with the key that would be removed. */
async function mustBeInUse({ options, surroundings, config }: Step): Promise<void> {
  if (options.back) return
  const use = await useByGateway(options.key, config, surroundings.now())
  if (use === 'other') throw new KeysError('keys.not_in_use')
  if (use === 'unknown')
    surroundings.output.note(
      'It cannot be determined which key the gateway uses now: make sure that every process was reloaded.',
    )
}

function showEntry(entry: unknown): string {
  if (typeof entry === 'string') return entry
  const { key, kms } = (entry ?? {}) as { readonly key?: string; readonly kms?: { readonly keyId?: string } }
  return key ?? `the KMS key ${kms?.keyId ?? ''} (schedule its deletion)`
}

async function mustHaveTwo({ options, text }: Step): Promise<readonly unknown[]> {
  const entries = entriesIn(text, options.key)
  if (entries.length < 2) throw new KeysError('keys.no_rotation')
  if (entries.length > 2) throw new KeysError('keys.too_many')
  return entries
}

/** When each key was made, as text that sorts; undefined: nothing says so. */
async function agesOf({ options: { key: purpose }, config, text }: Step): Promise<readonly (string | undefined)[]> {
  const certificates = purpose === 'signing' || purpose === 'encryption' ? (config[purpose] ?? []) : []
  return Promise.all(
    entriesIn(text, purpose).map(async (entry, n) => {
      const file = certificates[n]?.certificate
      const made = madeAt(String(file ?? entry))
      if (made !== undefined || file === undefined) return made
      const pem = await readFile(file, 'utf8').catch(() => undefined)
      if (pem === undefined) return undefined
      return new Date(new X509Certificate(pem).validFrom).toISOString().replace(/[-:]|\.\d+/g, '')
    }),
  )
}

/** A key that this command made is newer than one of which nothing is known. */
async function isSecondOlder(step: Step): Promise<boolean> {
  const [first, second] = await agesOf(step)
  return first !== undefined && (second === undefined || second < first)
}

async function agesAreKnown(step: Step): Promise<boolean> {
  return (await agesOf(step)).some((age) => age !== undefined)
}

/** Shows the change, and makes it unless only asked for. The configuration afterwards. */
async function apply(step: Step, { text, difference }: ConfigEdit): Promise<Config> {
  const { options, surroundings, file } = step
  const { env, output } = surroundings
  const after = configIn(text, file, env)
  output.note(options.edit ? `Changed ${file}:` : `Change ${file}:`)
  const shown = options.key === 'session' ? secretChange(text) : difference
  for (const line of shown) output.note(`  ${line}`)
  if (options.edit) await replace(step, text)
  return after
}

/** A secret may be written in the file itself: only references are shown. */
function secretChange(text: string): readonly string[] {
  return [`+ session.secret: [${entriesIn(text, 'session').map(secretName).join(', ')}]`]
}

async function mustBeWritable({ options, file, text }: Step): Promise<void> {
  if (!options.edit) return
  // Writes what is there already: the folder may be read-only, or of another user.
  const target = await realpath(file)
  const temporary = `${target}.${randomBytes(6).toString('hex')}`
  const created = await open(temporary, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new KeysError('keys.cannot_write', {
      sentence: `The folder ${dirname(target)} cannot be written (${cause.code ?? cause.message}).`,
      hint: 'Run the command where the configuration is kept, or with --no-edit to see the change. Nothing was changed.',
      cause,
    })
  })
  await created.close()
  await rm(temporary, { force: true })
  await mustBeUnchanged(target, text)
}

async function mustBeUnchanged(target: string, text: string): Promise<void> {
  if ((await readFile(target, 'utf8')) !== text) throw new KeysError('keys.config_changed')
}

/** Whole or not at all, with the mode and the owner that the file had. */
async function replace({ file, text: before }: Step, text: string): Promise<void> {
  const target = await realpath(file)
  const { mode, uid, gid } = await stat(target)
  const temporary = `${target}.${randomBytes(6).toString('hex')}`
  try {
    const created = await open(temporary, 'wx', 0o600)
    await created.writeFile(text)
    await created.sync()
    await created.close()
    await chown(temporary, uid, gid).catch(() => undefined)
    await chmod(temporary, mode & 0o777)
    await mustBeUnchanged(target, before)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** To stdout; for other keys nothing is held in IAM. */
async function printUpdate(purpose: KeyPurpose, after: Config, { options, surroundings }: Step): Promise<void> {
  if (purpose !== 'signing') return
  const copies = await iamCopies(after, options)
  const [certificate, ...furtherCertificates] = await signingCertificates(after, surroundings.now())
  if (certificate === undefined || copies.length === 0) return
  const entityId = samlIssuerEntityId(after.baseUrl)
  const metadata = samlIssuerMetadata({ entityId, signer: { certificate }, furtherCertificates })
  surroundings.output.printText(iamUpdate(options.format, copies, metadata))
}

interface NextSteps {
  readonly published: readonly string[]
  readonly switched: readonly string[]
  readonly finished: readonly string[]
}

const RELOAD = 'Next: reload every process of the gateway (SIGHUP, or systemctl reload fedgate).'

const NEXT: Readonly<Record<KeyPurpose, NextSteps>> = {
  signing: {
    published: [
      RELOAD,
      'Then apply the update in every account, and have identity providers that verify our requests load our metadata again.',
      'When `fedgate keys status` shows that every account has it: fedgate keys rotate --key signing --switch',
    ],
    switched: [RELOAD, 'When users can sign in and assume roles: fedgate keys rotate --key signing --finish'],
    finished: [RELOAD, 'Then apply the update in every account: until then AWS still trusts the old key.'],
  },
  encryption: {
    published: [
      RELOAD,
      'It decrypts with both keys from then on. Have identity providers load our metadata again.',
      'Then: fedgate keys rotate --key encryption --switch --even-if-unknown',
    ],
    switched: [
      RELOAD,
      'The new key is now the first in our metadata. When no provider encrypts to the old one: fedgate keys rotate --key encryption --finish',
    ],
    finished: [
      RELOAD,
      'A provider that still encrypts to the old key is refused from then on (saml.decryption_failed).',
    ],
  },
  issuer: {
    published: [
      RELOAD,
      'IAM holds nothing of this key: AWS fetches the key set from the issuer when a token names a key that is new to it.',
      'If a bucket or a CDN publishes the key set, upload it again (fedgate issuer export), and wait until its cache has expired.',
      'Then: fedgate keys rotate --key issuer --switch',
    ],
    switched: [
      RELOAD,
      'When the last token of the old key has expired (issuer.tokenLifetime): fedgate keys rotate --key issuer --finish',
    ],
    finished: [RELOAD, 'If a bucket or a CDN publishes the key set, upload it again (fedgate issuer export).'],
  },
  session: {
    published: [RELOAD, 'Then: fedgate keys rotate --key session --switch --even-if-unknown'],
    switched: [
      RELOAD,
      'When the last session of before has ended (session.lifetime): fedgate keys rotate --key session --finish. Pins and activity that nobody has used since are lost then; keep the old secret longer if that matters.',
    ],
    finished: [RELOAD],
  },
}
