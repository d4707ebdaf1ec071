import { lstat } from 'node:fs/promises'
import { showDuration } from '../../../core/duration.ts'
import { FedgateError } from '../../../core/errors.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import type { Machine } from '../machine.ts'
import { plain } from '../output.ts'
import { configPath, credentialsPath, readConfig } from '../profiles/config-file.ts'
import { sectionsOf } from '../profiles/sections.ts'
import { callApi } from '../session/api.ts'
import { discover } from '../session/authorization-server.ts'
import { send } from '../session/http.ts'
import { dataFolder } from '../session/places.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'

export interface DoctorOptions {
  readonly gateway?: string
}

interface Finding {
  readonly outcome: 'passed' | 'warning' | 'failed'
  readonly name: string
  readonly text: string
}

/** AWS accepts a signature of up to five minutes ago; the gateway a proof of about one. */
const SKEW_MS = 60_000

/** What AWS tools use before any profile. */
const WINNING_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
] as const

/** Checks this machine, the way to the gateway and the sign-in. Ends with 1 when a check fails. */
export async function runDoctor(machine: Machine, options: DoctorOptions): Promise<void> {
  const gateway = await chosenGateway(machine, options.gateway)
  const checks: readonly (() => Promise<readonly Finding[]>)[] = [
    () => checkFolder(machine),
    async () => checkVariables(machine),
    () => checkFiles(machine),
    () => checkGateway(machine, gateway),
    () => checkSession(machine, gateway),
  ]
  let hasFailed = false
  const { style, print } = machine.output
  const colors = { passed: style.green, warning: style.yellow, failed: style.red }
  for (const check of checks)
    for (const { outcome, name, text } of await check()) {
      hasFailed ||= outcome === 'failed'
      print(`${colors[outcome](outcome.padEnd(7))}  ${name.padEnd(11)}  ${plain(text)}`)
    }
  if (hasFailed) throw new Ended(exitCodes.failed)
}

async function checkFolder(machine: Machine): Promise<readonly Finding[]> {
  const [name, folder] = ['files', dataFolder(machine)]
  const found = await lstat(folder).catch(() => undefined)
  if (found === undefined) return [{ outcome: 'passed', name, text: `${folder} does not exist yet` }]
  if (machine.platform === 'win32' || (found.mode & 0o077) === 0)
    return [{ outcome: 'passed', name, text: `only you can read ${folder}` }]
  return [{ outcome: 'failed', name, text: `other users can read ${folder}. Run chmod go= '${folder}'` }]
}

function checkVariables({ env }: Machine): readonly Finding[] {
  const name = 'environment'
  const winning = WINNING_VARIABLES.filter((variable) => env[variable])
  const findings = winning.map(
    (variable): Finding => ({
      outcome: 'warning',
      name,
      text: `${variable} is set, and AWS tools may use it instead of a profile. Unset it`,
    }),
  )
  const profile = env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE
  if (profile) findings.push({ outcome: 'passed', name, text: `AWS tools use the profile ${profile}` })
  return findings.length > 0 ? findings : [{ outcome: 'passed', name, text: 'no variable wins over your profiles' }]
}

async function checkFiles(machine: Machine): Promise<readonly Finding[]> {
  const [config, credentials] = [configPath(machine), credentialsPath(machine)]
  const profiles = sectionsOf(await readConfig(config))
  const ours = profiles.filter(({ keys }) => keys.includes('credential_process')).map(({ name }) => name)
  const winning = sectionsOf(await readConfig(credentials)).filter(
    ({ name, keys }) => ours.includes(name) && keys.includes('aws_access_key_id'),
  )
  const shadowed = winning.map(
    ({ name }): Finding => ({
      outcome: 'warning',
      name: 'profiles',
      text: `[${name}] in ${credentials} has keys, which AWS tools use instead. Remove them`,
    }),
  )
  return [
    ...shadowed,
    ...repeated(
      profiles.map(({ name }) => name),
      config,
    ),
    region(machine, profiles),
  ]
}

function repeated(names: readonly string[], config: string): readonly Finding[] {
  const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))]
  return twice.map((name) => ({
    outcome: 'failed',
    name: 'profiles',
    text: `[profile ${name}] is in ${config} twice, which the AWS CLI refuses to read`,
  }))
}

function region({ env }: Machine, profiles: ReturnType<typeof sectionsOf>): Finding {
  const [name, profile] = ['region', env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE ?? 'default']
  const variable = ['AWS_REGION', 'AWS_DEFAULT_REGION'].find((one) => env[one])
  if (variable !== undefined) return { outcome: 'passed', name, text: `${String(env[variable])} (${variable})` }
  if (profiles.some((one) => one.name === profile && one.keys.includes('region')))
    return { outcome: 'passed', name, text: `set in profile ${profile}` }
  return {
    outcome: 'warning',
    name,
    text: `no region is set for profile ${profile}. Most AWS calls need one: set AWS_REGION`,
  }
}

async function checkGateway(machine: Machine, gateway: string): Promise<readonly Finding[]> {
  const name = 'gateway'
  try {
    const sentAt = machine.now()
    const { headers } = await send(`${gateway}/healthz`)
    const halfWay = (sentAt + machine.now()) / 2
    await discover(gateway)
    return [
      { outcome: 'passed', name, text: `${gateway} responds` },
      clock(Date.parse(headers.get('date') ?? ''), halfWay),
    ]
  } catch (error) {
    return [{ outcome: 'failed', name, text: sentenceOf(error) }]
  }
}

/** The Date header has whole seconds. */
function clock(theirs: number, ours: number): Finding {
  const name = 'clock'
  if (Number.isNaN(theirs)) return { outcome: 'warning', name, text: 'the gateway did not send its time' }
  const skew = ours - theirs
  const seconds = Math.round(Math.abs(skew) / 1000)
  if (Math.abs(skew) < SKEW_MS) return { outcome: 'passed', name, text: `within ${seconds} s of the gateway's` }
  const direction = skew > 0 ? 'ahead of' : 'behind'
  return {
    outcome: 'failed',
    name,
    text: `${showDuration(seconds)} ${direction} the gateway's. Turn on time synchronization`,
  }
}

async function checkSession(machine: Machine, gateway: string): Promise<readonly Finding[]> {
  const name = 'sign-in'
  try {
    const session = await openSession(machine, gateway)
    const { subject, expiresAt } = await callApi(session, { method: 'GET', path: '/api/session' }, machine.now)
    const left = Math.floor((Date.parse(String(expiresAt)) - machine.now()) / 1000)
    const until = Number.isNaN(left) ? '' : `, for another ${showDuration(left)}`
    return [{ outcome: 'passed', name, text: `signed in as ${String(subject)}${until}; kept ${session.place()}` }]
  } catch (error) {
    return [{ outcome: 'failed', name, text: sentenceOf(error) }]
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof FedgateError) return `${error.message} ${error.hint}`
  throw error
}
