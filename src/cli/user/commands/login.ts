import { rolesCalled } from '../../../core/role-names.ts'
import { signInWithBrowser, signInWithDevice } from '../login/sign-in.ts'
import type { Machine } from '../machine.ts'
import { plain } from '../output.ts'
import { newCredentials } from '../process/credentials.ts'
import { fetchRoles, rememberedRoles, roleNamed } from '../roles/roles.ts'
import { callApi } from '../session/api.ts'
import { discover } from '../session/authorization-server.ts'
import { credentialsFolder, dataFolder, userFile } from '../session/places.ts'
import { makePrivateFolder, readPrivate, removePrivate, writePrivate } from '../session/private-files.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway, readSettings, updateSettings } from '../session/settings.ts'
import { localTime } from './local-time.ts'

export interface LoginOptions {
  readonly gateway?: string
  readonly device?: boolean
  readonly role?: string
}

/** Signs in, keeps the tokens, and with `role` fetches its credentials for as long as the role allows. */
export async function runLogin(machine: Machine, options: LoginOptions): Promise<void> {
  const gateway = await chosenGateway(machine, options.gateway)
  // Before the user does anything: what could not be kept afterwards would be in vain.
  await makePrivateFolder(dataFolder(machine))
  const session = await openSession(machine, gateway)
  const server = await discover(gateway)
  const role = options.role === undefined ? undefined : await knownArn(machine, gateway, options.role)
  const tokens = await (options.device ? signInWithDevice : signInWithBrowser)(machine, server, role)
  await session.begin(tokens)
  await updateSettings(machine, { gateway })
  const { note } = machine.output
  const { subject, provider } = await callApi(session, { method: 'GET', path: '/api/session' }, machine.now)
  await forgetAnother(machine, gateway, JSON.stringify({ provider, subject }))
  note(`Signed in to ${gateway}${typeof subject === 'string' ? ` as ${plain(subject)}` : ''}.`)
  await tellVault(machine, session.place())
  const roles = await fetchRoles(machine, session)
  if (options.role === undefined) return
  const { arn, accountName, name, maxSessionSeconds } = roleNamed(roles, options.role)
  const { Expiration } = await newCredentials(machine, session, arn, maxSessionSeconds)
  note(`Credentials for ${plain(accountName)}/${name} are valid until ${localTime(Expiration)}.`)
}

/** The ARN where the roles were listed before; else the name as it is, which the gateway knows if it is an alias. */
async function knownArn(machine: Machine, gateway: string, name: string): Promise<string> {
  const [role, another] = rolesCalled(await rememberedRoles(machine, gateway), name)
  return role === undefined || another !== undefined ? name : role.arn
}

/** Credentials that another user left in the cache must not be used on. */
async function forgetAnother(machine: Machine, gateway: string, user: string): Promise<void> {
  const file = userFile(machine, gateway)
  if ((await readPrivate(file)) === user) return
  await removePrivate(credentialsFolder(machine, gateway))
  await writePrivate(file, user)
}

/** Once, and again when it changes. */
async function tellVault(machine: Machine, place: string): Promise<void> {
  if ((await readSettings(machine)).toldVault === place) return
  machine.output.note(`Your sign-in is kept ${place}.`)
  await updateSettings(machine, { toldVault: place })
}
