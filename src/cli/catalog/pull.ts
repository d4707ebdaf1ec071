/**
 * `fedgate catalog pull`: walks the accounts of an organization with the caller's own read-only credentials and writes
 * what a catalogue reads. The gateway never does this. Start at pullCatalog.
 */
import { readFile } from 'node:fs/promises'
import { isOpen } from '../../catalog/catalog.ts'
import { readCatalog } from '../../catalog/read.ts'
import type { CatalogPullOptions } from '../options.ts'
import { openOutput } from '../output.ts'
import { type Accounts, type AwsAccess, openAccounts, refusedCall } from './accounts.ts'
import { AwsRefusal } from './aws-calls.ts'
import { PullError } from './errors.ts'
import { openFolder, type PullFolder } from './folder.ts'
import { type AccountFile, type OrganizationFile, readAccount, readOrganization } from './inventory.ts'
import { AUDIT_ROLE, neededPolicies } from './permissions.ts'

interface Account {
  readonly id: string
  readonly name: string | undefined
}

interface Pull {
  readonly options: CatalogPullOptions
  readonly env: NodeJS.ProcessEnv
  readonly note: (line: string) => void
  readonly now: () => Date
}

/** Accounts that are read at the same time: AWS limits calls of each account, and AssumeRole of the caller's. */
const AT_ONCE = 8

/** Prints the policy, or pulls. Throws PullError. */
export async function runCatalogPull(options: CatalogPullOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const { roleName = AUDIT_ROLE, accounts } = options
  if (options.policy) {
    output.print(JSON.stringify(neededPolicies({ roleName, hasOrganization: accounts === undefined }), null, 2))
    return
  }
  await pullCatalog({ options, env: process.env, note: output.note, now: () => new Date() })
}

/** Throws PullError: `catalog.aws_refused` with what is missing, after everything else was written. */
export async function pullCatalog(pull: Pull): Promise<void> {
  const { options, note, now } = pull
  const { roleName = AUDIT_ROLE, out = '.' } = options
  const aws = await openAccounts(accessOf(pull))
  const folder = await openFolder(out, `${aws.caller.account} ${roleName} ${options.accounts ?? ''}`, now)
  const organization = options.accounts === undefined ? await theOrganization(pull, aws) : undefined
  const accounts = organization ? accountsOf(organization) : await accountsIn(options.accounts ?? '')
  if (organization) await folder.write('organization.json', organization)
  const refused = await everyAccount(pull, {
    accounts,
    folder,
    aws,
    hasNames: organization !== undefined,
  })
  if (refused.length > 0) throw refusedAccounts(refused, accounts.length, roleName)
  await folder.finish(new Set(accounts.map(({ id }) => id)))
  note(`${accounts.length} accounts are in ${out}. Name the files in the configuration: catalog: ${out}/*.json`)
}

function accessOf({ options: { roleName, region, endpointUrl }, env }: Pull): AwsAccess {
  return { roleName, region, endpointUrl, sessionName: 'fedgate-catalog-pull', env }
}

async function theOrganization(pull: Pull, aws: Accounts): Promise<OrganizationFile> {
  return readOrganization(await aws.organizations(), pull.note).catch(
    refusedCall(
      'to list the accounts of the organization',
      'Run it with credentials of the management account or a delegated administrator and the permissions that --policy prints, or name the accounts with --accounts FILE.',
    ),
  )
}

/** Roles of closed accounts cannot be assumed. */
function accountsOf({ Accounts }: OrganizationFile): readonly Account[] {
  return Accounts.filter(({ State, Status }) => isOpen({ status: String(State ?? Status ?? 'ACTIVE') })).map(
    ({ Id, Name }) => ({ id: String(Id), name: typeof Name === 'string' ? Name : undefined }),
  )
}

/** One ID per line, or a file that a catalogue reads. Throws PullError `catalog.accounts_unreadable`. */
async function accountsIn(file: string): Promise<readonly Account[]> {
  const unreadable = (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PullError('catalog.accounts_unreadable', {
      sentence: `The file ${file} cannot be used: ${reason}`,
      cause,
    })
  }
  const text = await readFile(file, 'utf8').catch(unreadable)
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim())
  const ids = lines.filter((line) => line !== '')
  if (ids.length > 0 && ids.every((line) => /^\d{12}$/.test(line)))
    return [...new Set(ids)].map((id) => ({ id, name: undefined }))
  try {
    const { accounts } = readCatalog([[file, text]])
    if (accounts.size === 0) throw new Error('it names no account.')
    return [...accounts.values()].filter(isOpen).map(({ id, name }) => ({ id, name }))
  } catch (error) {
    return unreadable(error)
  }
}

interface Walk {
  readonly accounts: readonly Account[]
  readonly folder: PullFolder
  readonly aws: Accounts
  /** Names come from Organizations; else aliases are used. */
  readonly hasNames: boolean
}

interface RefusedAccount {
  readonly account: Account
  readonly reason: string
}

/** Reads and writes account after account, several at once; the accounts that AWS refused. */
async function everyAccount(pull: Pull, walk: Walk): Promise<readonly RefusedAccount[]> {
  const { accounts, folder } = walk
  const waiting = accounts.filter(({ id }) => !folder.done.has(id))
  if (waiting.length < accounts.length)
    pull.note(`Continuing: ${accounts.length - waiting.length} of ${accounts.length} accounts were read before.`)
  let read = accounts.length - waiting.length
  const refused: RefusedAccount[] = []
  const worker = async (): Promise<void> => {
    for (let account = waiting.shift(); account; account = waiting.shift()) {
      const shown = `${account.id}${account.name === undefined ? '' : ` ${account.name}`}`
      try {
        const file = await readAccount(await walk.aws.iam(account.id))
        await folder.write(`${account.id}.json`, walk.hasNames ? file : withName(file, account))
        await folder.note(account.id)
        pull.note(`${++read}/${accounts.length} ${shown}: ${file.RoleDetailList.length} roles`)
      } catch (error) {
        if (!(error instanceof AwsRefusal)) throw error
        refused.push({ account, reason: `${error.code}. ${error.message}` })
        pull.note(`${++read}/${accounts.length} ${shown}: refused`)
      }
    }
  }
  const workers = Array.from({ length: AT_ONCE }, worker)
  // A failure ends the others at their next account.
  await Promise.all(workers).catch(async (error: unknown) => {
    waiting.length = 0
    await Promise.allSettled(workers)
    throw error
  })
  return refused
}

function withName({ AccountAliases, ...file }: AccountFile, { id, name }: Account) {
  return { Accounts: [{ Id: id, Name: name ?? AccountAliases[0] ?? id }], AccountAliases, ...file }
}

const MOST_NAMED = 10

function refusedAccounts(refused: readonly RefusedAccount[], total: number, roleName: string): PullError {
  const named = refused.slice(0, MOST_NAMED).map(({ account, reason }) => `  ${account.id}: ${reason}`)
  const more = refused.length > MOST_NAMED ? [`  and ${refused.length - MOST_NAMED} more`] : []
  return new PullError('catalog.aws_refused', {
    sentence: [`AWS refused ${refused.length} of ${total} accounts:`, ...named, ...more].join('\n'),
    hint: `Each needs a role ${roleName} that you may assume, with the permissions that \`fedgate catalog pull --policy\` prints. The others were written; running the command again asks only for these.`,
  })
}
