/**
 * `fedgate revoke`: ends sessions and grants here, through the store that the gateway uses, and prints the policies that
 * end AWS sessions. What it cannot reach, it says.
 */
import { generateKeyPairSync } from 'node:crypto'
import type { Writable } from 'node:stream'
import { auditKey } from '../../audit/chain/key.ts'
import type { ChainSettings } from '../../audit/chain/writer.ts'
import type { Audit } from '../../audit/events.ts'
import { createAuditLog } from '../../audit/log.ts'
import { openTarget } from '../../audit/sinks.ts'
import { openCatalog } from '../../catalog/source.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { parseRoleArn, type RoleArn } from '../../core/arn.ts'
import { FedgateError } from '../../core/errors.ts'
import { newToken } from '../../core/ids.ts'
import type { Log } from '../../core/log.ts'
import { counted } from '../../core/text/plural.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import type { User } from '../../gateway/login/login-index.ts'
import { type Revocation, revokeSessions } from '../../gateway/operations/active-sessions.ts'
import { denyOlderSessions, type SessionSelector } from '../../iam/generate/deny-older-sessions.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { catalogFiles } from '../catalog/configured.ts'
import { RevokeError } from '../errors.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import { gatewayFor } from '../gateway-server.ts'
import { lineLog } from '../line-log.ts'
import { readConfig } from '../load-config.ts'
import type { RevokeOptions } from '../options.ts'
import { openOutput } from '../output.ts'
import { openChain } from '../serving/configured-audit.ts'
import { openConfiguredStore } from '../serving/configured-store.ts'
import { providerOf } from '../trust-policy/roles.ts'
import { formats } from './formats.ts'
import { selectorFor } from './selector.ts'
import { findUser, mappingsOf, rolesOf, usersOfRole } from './targets.ts'

/** AWS's longest session of a role. */
const LONGEST_SESSION_MS = 12 * 3600_000

const sessionCount = { one: '{n} session', other: '{n} sessions' } as const
const deviceCount = { one: '{n} device', other: '{n} devices' } as const
const roleCount = { one: '{n} role', other: '{n} roles' } as const
const accountCount = { one: '{n} account', other: '{n} accounts' } as const

export interface RevokeContext {
  readonly env: NodeJS.ProcessEnv
  readonly now: () => Date
  /** Where the audit log goes that the configuration sends to standard output, which has the policies here. */
  readonly audit: Writable
}

export interface Revoked {
  /** The policies in the format; empty if no role is known. */
  readonly text: string
  /** Sentences for the operator. */
  readonly notes: readonly string[]
  /** Nothing is known to be left out. */
  readonly isComplete: boolean
}

/** Prints the policies on stdout and everything else on stderr. Throws as revoke, and Ended if something was not reached. */
export async function runRevoke(options: RevokeOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const { text, notes, isComplete } = await revoke(options, {
    env: process.env,
    now: () => new Date(),
    audit: process.stderr,
  })
  output.printText(text)
  for (const note of notes) output.note(note)
  if (!isComplete) throw new Ended(exitCodes.failed)
}

/** What is to end: a user's access, or a role's. */
interface Target {
  readonly users: readonly User[]
  readonly asked: Revocation['asked']
  readonly selector: SessionSelector
  readonly roles: readonly RoleArn[]
  readonly notes: readonly string[]
  readonly isComplete: boolean
}

/**
 * Ends what can be ended here and plans the policies. A store that does not answer is no reason to print none. Throws
 * ConfigError, CatalogError, RevokeError, TrustPolicyError, and the errors of reading keys.
 */
export async function revoke(options: RevokeOptions, context: RevokeContext): Promise<Revoked> {
  const notes: string[] = []
  const log = lineLog((line) => notes.push(line))
  const before = options.before ?? context.now()
  if (before > context.now())
    throw new RevokeError('revoke.before_in_future', { sentence: `${before.toISOString()} is in the future.` })
  const config = await readConfig(options.config, context.env)
  const asked = askedOf(config, options)
  const store = await openStore(config, context, log)
  const audit = await openAudit(config, context, log)
  try {
    const gateway = await gatewayOf(config, { audit, store: store.store }, context, log)
    const target = await targetOf(gateway, config, asked)
    const ended = await endHere(gateway, target, { before, unreached: store.unreached }, context)
    const known = gateway.catalog?.current()
    const names = [...(known?.accounts ?? [])].flatMap(([id, { name }]) =>
      name === undefined ? [] : [[id, name] as const],
    )
    const configured = [...config.accounts].flatMap(([id, { name }]) =>
      name === undefined ? [] : [[id, name] as const],
    )
    const plan = {
      // Read only now: until its sessions had ended, a user could still get credentials.
      policy: denyOlderSessions(target.selector, options.before ?? nextSecond(context.now())),
      roles: target.roles,
      accountNames: new Map([...names, ...configured]),
    }
    return {
      text: target.roles.length === 0 ? '' : formats[options.format](plan),
      notes: [...notes, ...ended.notes, ...policyNotes(target, plan.policy.name, context.now()), ...target.notes],
      isComplete: ended.isComplete && target.isComplete && target.roles.length > 0,
    }
  } finally {
    await audit.close()
    await store.close()
  }
}

/** AWS counts whole seconds: what was issued in this one is older. */
function nextSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000 + 1) * 1000)
}

type Asked = { readonly provider: ProviderConfig; readonly subject: string } | { readonly role: RoleArn }

function askedOf(config: Config, { user, provider, role }: RevokeOptions): Asked {
  if (user !== undefined && provider !== undefined) return { provider: providerOf(config, provider), subject: user }
  const parsed = parseRoleArn(role ?? '')
  if (!parsed) throw new RevokeError('revoke.role_invalid', { sentence: `${role} is not a role ARN.` })
  return { role: parsed }
}

/** The gateway's store, or an empty one and the reason why its sessions cannot be reached. */
async function openStore(config: Config, { now }: RevokeContext, log: Log) {
  const none = (unreached: string) => ({ store: createMemoryStore(now), unreached, close: async () => {} })
  if (config.session.store.kind === 'memory')
    return none(
      `session.store is memory, so this command cannot reach the sessions of the running gateway. End them at ${config.baseUrl}/status/sessions, or restart the gateway.`,
    )
  try {
    const opened = await openConfiguredStore(config, { now, log })
    return { store: opened.sealedBy(config.session.secrets), unreached: undefined, close: () => opened.close() }
  } catch (error) {
    if (!(error instanceof FedgateError)) throw error
    return none(`No session was ended here: ${error.message} Run this command again when the store answers.`)
  }
}

/** Ending access never waits for the log, nor for its file. */
async function openAudit(config: Config, { audit: instead, now }: RevokeContext, log: Log): Promise<Audit> {
  const { audit } = config
  const chain = await openChain(config, log, now).catch((error: unknown): ChainSettings => {
    log.warn(
      `The key that signs the audit log cannot be used, so its lines are signed by another one: ${error instanceof Error ? error.message : String(error)}`,
    )
    return { key: auditKey(generateKeyPairSync('ed25519').privateKey) }
  })
  const target = await openTarget(audit, instead).catch((error: unknown) => {
    log.warn(
      `The audit log ${audit.file} cannot be written, so its lines are printed here: ${error instanceof Error ? error.message : String(error)}`,
    )
    return openTarget({}, instead)
  })
  return createAuditLog({ target, chain, isRequired: false, now, log })
}

async function gatewayOf(
  config: Config,
  { audit, store }: { readonly audit: Audit; readonly store: Gateway['store'] },
  { now }: RevokeContext,
  log: Log,
): Promise<Gateway> {
  const files = catalogFiles(config)
  const catalog = files && (await openCatalog(files, { log, now }))
  // Its files are read once.
  catalog?.stop()
  return gatewayFor(config, { audit, store, catalog }, { log, now })
}

function targetOf(gateway: Gateway, config: Config, asked: Asked): Promise<Target> {
  return 'role' in asked ? roleTarget(gateway, asked.role) : userTarget(gateway, config, asked.provider, asked.subject)
}

async function roleTarget(gateway: Gateway, role: RoleArn): Promise<Target> {
  return {
    users: await usersOfRole(gateway, role.arn),
    asked: { roleArn: role.arn },
    selector: { kind: 'role' },
    roles: [role],
    notes: ['The policy denies older sessions of the role for every user, including users who do not sign in here.'],
    isComplete: true,
  }
}

async function userTarget(
  gateway: Gateway,
  config: Config,
  provider: ProviderConfig,
  subject: string,
): Promise<Target> {
  const found = await findUser(gateway, provider, subject)
  const known = gateway.catalog?.current()
  const { roles, reserved, open } = rolesOf(gateway, { config, known }, provider, found)
  const { selector, notes } = selectorFor({
    provider,
    subject,
    templates: config,
    ...mappingsOf(gateway, found, provider, subject),
    names: found.exchanges.map(({ sessionName }) => sessionName),
  })
  return {
    users: found.users,
    asked: { provider: provider.id, subject },
    selector,
    roles,
    notes: [
      ...notes,
      ...meantNotes(subject, found.meant),
      ...(reserved.length === 0
        ? []
        : [
            `No policy can be put on these roles of IAM Identity Center; revoke their sessions there: ${reserved.map(({ arn }) => arn).join(', ')}.`,
          ]),
      ...(open === undefined
        ? []
        : [
            `Further roles may be concerned that are known only when the user signs in. Name each with --role. ${open}`,
          ]),
      `Disable the user at ${provider.label} too, or they can sign in again.`,
    ],
    isComplete: open === undefined && reserved.length === 0,
  }
}

function meantNotes(subject: string, meant: readonly string[]): readonly string[] {
  return meant.length === 0
    ? []
    : [`No user is known here by the subject ${subject}. Users of that name have the subject: ${meant.join(', ')}.`]
}

/** Ends the sessions, and says how many, or why not. */
async function endHere(
  gateway: Gateway,
  { users, asked }: Target,
  { before, unreached }: { readonly before: Date; readonly unreached: string | undefined },
  { now }: RevokeContext,
): Promise<{ readonly notes: readonly string[]; readonly isComplete: boolean }> {
  if (unreached !== undefined) return { notes: [unreached], isComplete: false }
  const caller = { reference: newToken(), sourceIp: '', userAgent: 'fedgate revoke' }
  const { sessions, devices } = await revokeSessions({ ...gateway, now }, { users, asked, before }, caller)
  const what = `${counted(sessionCount, sessions)} and ${counted(deviceCount, devices)}`
  return {
    notes: [`Ended here: ${what} that began before ${before.toISOString()}. Reference: ${caller.reference}.`],
    isComplete: true,
  }
}

function policyNotes({ roles }: Target, policy: string, now: Date): readonly string[] {
  if (roles.length === 0) return ['No role is known on which the user may have AWS sessions, so no policy is printed.']
  const accounts = new Set(roles.map(({ account }) => account))
  const until = new Date(now.getTime() + LONGEST_SESSION_MS).toISOString()
  return [
    `AWS sessions end when the policy ${policy} is on ${counted(roleCount, roles.length)} in ${counted(accountCount, accounts.size)}. This command does not put it there. AWS may take some minutes to apply it.`,
    `The policy has no effect on newer sessions. Remove it after ${until}, when every older session has expired, unless a role allows longer ones.`,
    'Not reached: roles that were assumed from these sessions (role chaining), which need the policy too, and whatever the sessions created, such as access keys of IAM users.',
  ]
}
