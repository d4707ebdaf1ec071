import { parseRoleArn } from '../../../core/arn.ts'
import { Secret } from '../../../core/secret.ts'
import { credentialFormats, type FormatName } from '../../../credentials/formats.ts'
import { profileNameOf } from '../../../credentials/profile-name.ts'
import type { Machine } from '../machine.ts'
import type { CachedCredentials } from '../process/cached-answer.ts'
import { credentialsFor, newCredentials } from '../process/credentials.ts'
import { chosenRole } from '../roles/roles.ts'
import { openSession } from '../session/session.ts'
import { chosenGateway } from '../session/settings.ts'

export interface CredentialsOptions {
  readonly gateway?: string
  readonly role?: string
  readonly format: FormatName
  /** Seconds. */
  readonly duration?: number
}

/** Prints credentials and nothing else: cached ones, or new ones where `duration` says how long they should last. */
export async function runCredentials(machine: Machine, options: CredentialsOptions): Promise<void> {
  const gateway = await chosenGateway(machine, options.gateway)
  const session = await openSession(machine, gateway)
  const role = await chosenRole(machine, session, options.role)
  const issued =
    options.duration === undefined
      ? await credentialsFor(machine, { gateway, role })
      : await newCredentials(machine, session, role, options.duration)
  machine.output.printText(credentialFormats[options.format](toWrite(issued)))
}

function toWrite({ role, region, AccessKeyId, SecretAccessKey, SessionToken, Expiration }: CachedCredentials) {
  const { account = '', name = '' } = parseRoleArn(role) ?? {}
  return {
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: new Secret(SecretAccessKey),
      sessionToken: new Secret(SessionToken),
      expiration: new Date(Expiration),
    },
    region,
    profile: profileNameOf(account, name),
  }
}
