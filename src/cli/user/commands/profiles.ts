import { UserError } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { outsideOf, withBlock } from '../profiles/block.ts'
import { commandLine } from '../profiles/command-line.ts'
import { configPath, credentialsPath, readConfig, replaceConfig } from '../profiles/config-file.ts'
import { unifiedDiff } from '../profiles/diff.ts'
import { profileNames } from '../profiles/names.ts'
import { sectionsOf } from '../profiles/sections.ts'
import type { Role } from '../roles/role.ts'
import { fetchRoles } from '../roles/roles.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'

export interface ProfilesOptions {
  readonly gateway?: string
  readonly diff?: boolean
  readonly nameTemplate: string
}

/** Another program may change the file at the same time. */
const ATTEMPTS = 5

/** Writes a profile for each role into `~/.aws/config`, or prints what would change. */
export async function runProfiles(machine: Machine, options: ProfilesOptions): Promise<void> {
  const gateway = await chosenGateway(machine, options.gateway)
  const roles = await fetchRoles(machine, await openSession(machine, gateway))
  const path = configPath(machine)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await readConfig(path)
    const { names, text } = planned(machine, before, gateway, roles, options.nameTemplate)
    if (options.diff) machine.output.printText(Buffer.from(unifiedDiff(path, before, text), 'latin1').toString())
    if (options.diff || text === before || (await replaceConfig(path, before, text))) {
      await report(machine, path, names, before === text, options.diff === true)
      return
    }
  }
  throw new UserError('cli.file_unusable', { sentence: `Another program keeps changing ${path}.`, hint: 'Try again.' })
}

interface Planned {
  readonly names: readonly string[]
  readonly text: string
}

function planned(machine: Machine, before: string, gateway: string, roles: readonly Role[], template: string): Planned {
  const others = new Set(sectionsOf(outsideOf(before, gateway)).map(({ name }) => name))
  const sorted = [...roles].sort((a, b) => a.account.localeCompare(b.account) || a.arn.localeCompare(b.arn))
  const names = profileNames(sorted, template, others)
  const unclear = profileNames(sorted, template, new Set())
  for (const [at, name] of unclear.entries())
    if (name !== names[at])
      machine.output.note(
        `[profile ${name}] is in the file already and stays as it is. The new profile is ${names[at]}.`,
      )
  const lines = sorted.flatMap((role, at) => profileLines(machine, gateway, role, names[at] ?? ''))
  const heading = '# Written by `fedgate profiles`. Your changes between BEGIN and END are lost the next time.'
  return { names, text: withBlock(before, gateway, lines.length === 0 ? [] : [heading, ...lines]) }
}

function profileLines({ self, platform }: Machine, gateway: string, role: Role, name: string): readonly string[] {
  const command = commandLine([...self, 'credential-process', '--gateway', gateway, '--role', role.arn], platform)
  return [
    '',
    `[profile ${name}]`,
    ...(role.evidence === 'original'
      ? [`# Cannot renew by itself. When it expires: fedgate login --gateway ${gateway} --role ${role.arn}`]
      : []),
    `credential_process = ${command}`,
    ...(role.region === undefined ? [] : [`region = ${role.region}`]),
    'output = json',
  ]
}

async function report(
  machine: Machine,
  path: string,
  names: readonly string[],
  isSame: boolean,
  isDiff: boolean,
): Promise<void> {
  const { note, style } = machine.output
  const count = names.length === 1 ? '1 profile' : `${names.length} profiles`
  if (isSame) note(`${path} is up to date: ${count}.`)
  else if (!isDiff) note(`Wrote ${count} to ${path}.`)
  const inCredentials = sectionsOf(await readConfig(credentialsPath(machine)))
  const winning = inCredentials.filter(({ name, keys }) => names.includes(name) && keys.includes('aws_access_key_id'))
  for (const { name } of winning)
    note(
      style.yellow(
        `Warning: [${name}] in ${credentialsPath(machine)} has keys, which AWS tools use instead. Remove them.`,
      ),
    )
  if (machine.self.some((word) => /[\\/]_npx[\\/]/.test(word)))
    note(style.yellow('Warning: npx deletes its copy of fedgate some day. Install it: npm install --global fedgate'))
}
